import { afterEach, expect, test } from 'vitest';
import { run, type Running } from './support/online.ts';
import { ScriptedServer } from './support/scripted-server.ts';
import { toldSystem } from './support/told.ts';

let server: ScriptedServer;
let running: Running;
afterEach(async () => {
  await running.stop();
  await server.close();
});

async function greeted(): Promise<void> {
  server = await ScriptedServer.start((line, say) => {
    if (line.startsWith('CAP LS')) say('NOTICE AUTH :*** Looking up your hostname');
    if (!line.startsWith('USER')) return false;
    say(':irc.test 001 me :welcome');
    say(':irc.test 005 me CHANTYPES=# PREFIX=(ov)@+ STATUSMSG=@+ :are supported');
    say(':irc.test 375 me :- irc.test Message of the day -');
    say(':irc.test 372 me :- Be \x02kind\x02.\x07');
    say(':irc.test 372 me :-');
    say(':irc.test 376 me :end');
    return true;
  });
  running = run(server.port, { config: { join: ['#c'] } });
  expect(await running.online).toBeNull();
}

/** Everybody that has a conversation or is told as a contact. */
const conversations = (): string[] =>
  running.batches
    .flatMap(({ events }) => events)
    .flatMap((event) => (event.type === 'upsert' && event.of !== 'member' ? [String(event.key)] : []));

test('what a server says of itself is told of the account, and is no conversation', async () => {
  await greeted();
  expect(running.announced).toEqual(['*** Looking up your hostname', 'Be kind.']);
  server.push(':irc.test NOTICE me :*** the server goes down at five');
  server.push(':oper!u@h WALLOPS :who has the keys?');
  server.push(':irc.test WARN * REHASH_SOON :settings change');
  await expect
    .poll(() => running.announced.slice(2))
    .toEqual(['*** the server goes down at five', 'oper: who has the keys?', 'settings change']);
  expect(new Set(conversations())).toEqual(new Set(['#c']));
});

test('what it says of a channel is shown there', async () => {
  await greeted();
  await expect.poll(conversations).toContain('#c');
  server.push(':irc.test NOTICE @#c :*** a invited b into the channel');
  server.push(':irc.test NOTICE #c :*** the channel is \x02registered');
  await expect
    .poll(() => toldSystem(running, '#c'))
    .toEqual(['*** a invited b into the channel', '*** the channel is registered']);
  expect(running.announced).toHaveLength(2);
});

test('however much it says, no more than the latest hundred are kept', async () => {
  await greeted();
  const lines = Array.from({ length: 3000 }, (_, index) => `:irc.test NOTICE me :line ${index}\r\n`);
  server.push(new TextEncoder().encode(lines.join('')));
  await expect.poll(() => running.announced.at(-1)).toBe('line 2999');
  expect(running.announced).toHaveLength(100);
});
