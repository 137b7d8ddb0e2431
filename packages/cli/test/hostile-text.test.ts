import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Home } from './support/cli.ts';
import { friends, nativeServer, temporaryFolder, until } from './support/network.ts';

// What a terminal could act upon: C0 but the line feed, DEL, C1, and what reorders text.
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const active = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066\u2067\u2028\u2029]/;
const attack = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202egnp.exe\u0085';

/** Runs commands as text and as JSON; nothing that they print is active. */
async function expectHarmless(home: Home, commands: readonly (readonly string[])[]): Promise<void> {
  for (const argv of commands) {
    for (const json of [[], ['--json']]) {
      const { stdout, stderr } = await home.run([...argv, ...json]);
      expect([argv, active.test(stdout + stderr)]).toEqual([argv, false]);
    }
  }
}

it('what others say and call themselves moves no cursor, in text and in JSON', async () => {
  const server = await nativeServer(['alice', 'bob']);
  const { alice, bob } = await friends(server);
  await alice.run(['presence', 'away', `lunch ${attack}`]);
  await alice.run(['send', 'bob', '-'], { stdin: `first ${attack}\n23:59 me: forged` });
  await until(async () => (await bob.lines('history', 'alice')).length === 1);
  await expectHarmless(bob, [
    ['history', 'alice'],
    ['contacts'],
    ['search', 'first'],
    ['search', 'first', '--server'],
    ['watch', '--after', 'start', '--timeout', '1'],
  ]);
  const { stdout } = await bob.run(['history', 'alice']);
  expect(stdout.split('\n').filter((line) => line.startsWith('23:59'))).toEqual([]);
  const [message] = await bob.lines('history', 'alice');
  // The attack did arrive: what is shown is what was made harmless here.
  expect(String(message?.['text'])).toContain(attack);
});

it('nor do rooms, files, reactions and devices, whatever they are called and whatever is done with them', async () => {
  const server = await nativeServer(['alice', 'bob'], { name: 'chat.test' });
  const { alice, bob } = await friends(server);
  await alice.lines(
    'room',
    'create',
    `Choir ${attack}`,
    '--topic',
    `songs ${attack}`,
    '--invite',
    'bob@chat.test',
  );
  await until(async () => (await bob.lines('room', 'list')).length === 1);
  const [{ id: room } = { id: '' }] = await bob.lines('room', 'list');
  await bob.lines('room', 'accept', String(room));
  const file = join(temporaryFolder(), `notes ${attack}.txt`);
  writeFileSync(file, 'la la la');
  const [{ id: alices } = { id: '' }] = await alice.lines('room', 'list');
  await alice.lines('send', String(alices), `listen ${attack}`, '--file', file);
  await until(async () => (await bob.lines('history', String(room))).length === 1);
  const [message] = await bob.lines('history', String(room));
  const id = String(message?.['id']);
  expect([JSON.stringify(message?.['attachments']), String(message?.['title'])]).toEqual([
    expect.stringContaining('[2J'),
    expect.stringContaining('[2J'),
  ]);
  await alice.run([
    'react',
    String((await alice.lines('history', String(alices)))[0]?.['id']),
    `x${attack}`.slice(0, 8),
  ]);
  await bob.run(['send', 'alice', `on its way ${attack}`, '--wait', 'queued']);
  await expectHarmless(bob, [
    ['room', 'list'],
    ['room', 'members', String(room)],
    ['room', 'topic', String(room)],
    ['room', 'configure', String(room)],
    ['history', String(room)],
    ['pin', id],
    ['pins', String(room)],
    ['read', String(room)],
    ['mute', String(room)],
    ['expiry', String(room)],
    ['outbox', 'list', '--all'],
    ['contacts'],
    ['person', 'list'],
    ['person', 'suggest'],
    ['account', 'list'],
    ['account', 'devices', 'bob@chat.test'],
    ['account', 'show', 'bob@chat.test'],
    ['presence'],
    ['export', '--output', '-'],
    ['file', 'get', id, '--output', temporaryFolder()],
    ['watch', '--after', 'start', '--timeout', '1'],
  ]);
  // What they typed themselves comes back in errors, and is harmless there too.
  await expectHarmless(bob, [
    ['history', attack],
    ['send', attack, 'x'],
    ['room', 'kick', String(room), attack],
    ['contact', 'add', `a${attack}`],
    ['account', 'show', attack],
    ['file', 'get', attack],
    ['import', attack],
    [attack],
    ['history', `--${attack}`],
    ['history', 'alice', '--limit', attack],
    ['daemon', attack],
  ]);
  await expectHarmless(alice, [['room', 'leave', String(alices)]]);
});
