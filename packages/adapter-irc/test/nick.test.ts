import { afterEach, expect, test } from 'vitest';
import { run, type Running } from './support/online.ts';
import { ScriptedServer } from './support/scripted-server.ts';

let server: ScriptedServer;
let running: Running;
afterEach(async () => {
  await running.stop();
  await server.close();
});

async function signedIn(support: string, taken = ''): Promise<void> {
  server = await ScriptedServer.start((line, say) => {
    if (line !== `NICK ${taken}`) return false;
    say(`:s 433 * ${taken} :Nickname is already in use`);
    return true;
  }, support);
  running = run(server.port);
  expect(await running.online).toBeNull();
}

const renamed = (): unknown[] =>
  running.batches
    .flatMap(({ events }) => events)
    .flatMap((event) => (event.type === 'self' ? [event.name] : []));

test('F23: a nick that was taken is taken back as soon as MONITOR tells that nobody has it', async () => {
  await signedIn('MONITOR=100', 'me');
  await expect.poll(() => server.heard).toContain('MONITOR + me');
  const before = server.heard.length;
  server.push(':s 731 me_ :other,me');
  await expect.poll(() => server.heard.slice(before)).toContain('NICK me');
  server.push(':me_!u@h NICK me');
  await expect.poll(() => server.heard).toContain('MONITOR - me');
  expect(renamed()).toEqual(['me_', 'me']);
});

test('who is renamed by services, or by another device, is not renamed back without end', async () => {
  await signedIn('MONITOR=100');
  server.push(':me!u@h NICK Guest17');
  await expect.poll(renamed).toEqual(['me', 'Guest17']);
  server.push(':s 731 Guest17 :me');
  server.push(':me!u@h QUIT :bye');
  server.push('PING :fence');
  await expect.poll(() => server.heard).toContain('PONG fence');
  expect(server.heard.filter((line) => line === 'NICK me')).toHaveLength(1);
});

test('who is called by a number after a collision takes the nick back', async () => {
  await signedIn('MONITOR=100');
  server.push(':me!u@h NICK 0042AAAAC');
  await expect.poll(() => server.heard).toContain('MONITOR + me');
  server.push(':s 731 0042AAAAC :me');
  await expect.poll(() => server.heard.filter((line) => line === 'NICK me')).toHaveLength(2);
});
