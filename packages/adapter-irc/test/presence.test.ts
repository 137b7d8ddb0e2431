import type { OpBody } from '@natter/core';
import { afterEach, expect, test } from 'vitest';
import { run, type Running } from './support/online.ts';
import { offering, ScriptedServer, type Script } from './support/scripted-server.ts';

let server: ScriptedServer;
let running: Running;
afterEach(async () => {
  await running.stop();
  await server.close();
});

const patient = { timeout: 15_000 };
const nicks = Array.from({ length: 120 }, (_, index) => `friend-number-${index}`);
const add = (address: string): OpBody => ({ type: 'roster', change: { action: 'add', address } });

/** The last that was told of somebody. */
const shown = (key: string): string | undefined =>
  running.hints
    .flatMap((hint) =>
      hint.type === 'presence' && hint.key === key
        ? [`${hint.presence?.availability} ${hint.presence?.text ?? ''}`]
        : [],
    )
    .at(-1)
    ?.trim();

/** A list of friends from before. */
const book = Object.fromEntries(
  nicks.map((nick) => [`contact:${nick}`, JSON.stringify({ nick, account: null, alias: null, groups: [] })]),
);

async function start(script: Script, support: string, state: Record<string, string>): Promise<void> {
  server = await ScriptedServer.start(script, support);
  running = run(server.port, { state, config: { pollSeconds: 0.05 } });
  expect(await running.online).toBeNull();
}

const answers: Script = (line, say) => {
  const [command = '', ...words] = line.split(' ');
  if (command === 'ISON') say(`:s 303 me :${words.filter((nick) => /[05]$/.test(nick)).join(' ')}`);
  else if (command === 'USERHOST')
    say(`:s 302 me :${words.map((nick) => `${nick}=${nick.endsWith('5') ? '-' : '+'}u@h`).join(' ')}`);
  else return false;
  return true;
};

test('MONITOR watches as many as the server takes, in lines that fit; the others are asked for', async () => {
  await start(offering('away-notify extended-monitor', answers), 'MONITOR=100', book);
  await expect.poll(() => server.heard.some((line) => line.startsWith('ISON')), patient).toBe(true);
  const lines = server.heard.filter((line) => line.startsWith('MONITOR + '));
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(510);
  const watched = lines.flatMap((line) => line.slice('MONITOR + '.length).split(','));
  expect(watched).toEqual(nicks.slice(0, 100));
  const asked = new Set(
    server.heard.filter((line) => line.startsWith('ISON')).flatMap((line) => line.split(' ').slice(1)),
  );
  expect([...asked]).toEqual(nicks.slice(100));

  server.push(`:s 730 me :${nicks[0]}!u@h,${nicks[5]}!u@h`);
  server.push(`:s 731 me :${nicks[1]}`);
  await expect.poll(() => shown('friend-number-5'), patient).toBe('away');
  expect([shown('friend-number-0'), shown('friend-number-1')]).toEqual(['available', 'offline']);
  await expect.poll(() => shown('friend-number-105'), patient).toBe('away');
  // extended-monitor: what becomes of them is told without a shared channel.
  server.push(`:${nicks[0]}!u@h AWAY :gone fishing`);
  await expect.poll(() => shown('friend-number-0'), patient).toBe('away gone fishing');
  server.push(`:${nicks[0]}!u@h AWAY`);
  await expect.poll(() => shown('friend-number-0'), patient).toBe('available');
});

test('whom the server has no room for after all is asked for, and who is removed is watched no more', async () => {
  await start(answers, 'MONITOR=100', {});
  for (const nick of ['one', 'two0']) await running.perform(add(nick));
  server.push(':s 734 me 1 two0 :Monitor list is full');
  await expect.poll(() => shown('two0'), patient).toBe('available');
  await running.perform({ type: 'roster', change: { action: 'remove', contact: 'one' as never } });
  await expect.poll(() => server.heard, patient).toContain('MONITOR - one');
});

test('without MONITOR everybody is asked for, again and again', async () => {
  await start(offering('away-notify', answers), '', book);
  await expect.poll(() => shown('friend-number-5'), patient).toBe('away');
  expect(shown('friend-number-10')).toBe('available');
  await expect.poll(() => shown('friend-number-119'), patient).toBe('offline');
  const rounds = (): number => server.heard.filter((line) => line.startsWith(`ISON ${nicks[0]} `)).length;
  await expect.poll(rounds, patient).toBeGreaterThan(2);
});
