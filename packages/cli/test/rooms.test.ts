import { expect, it } from 'vitest';
import type { Home } from './support/cli.ts';
import { friends, nativeServer, until } from './support/network.ts';

it('makes a group, fills it, talks in it and empties it, from the command line', async () => {
  const server = await nativeServer(['alice', 'bob'], { name: 'chat.test' });
  const { alice, bob } = await friends(server);
  const bobsAddress = 'bob@chat.test';

  const [created] = await alice.lines('room', 'create', 'Choir', '--topic', 'songs', '--invite', bobsAddress);
  expect(created).toMatchObject({ action: 'room.create', state: 'accepted' });
  const [room] = await alice.lines('room', 'list');
  expect(room).toMatchObject({ type: 'room', kind: 'group', title: 'Choir', topic: 'songs' });
  await until(async () => (await bob.lines('room', 'list')).length === 1);
  await bob.lines('room', 'join', 'Choir');
  const members = async (home: Home): Promise<string[]> =>
    (await home.lines('room', 'members', 'Choir'))
      .map(({ key, role, state }) => [key, role, state].join(' '))
      .toSorted((a, b) => (a < b ? -1 : 1));
  await until(async () => (await members(bob)).length === 2);
  expect(await members(bob)).toEqual(['alice@chat.test owner joined', `${bobsAddress} member joined`]);

  await alice.lines('send', 'Choir', 'la la la');
  await until(async () => (await bob.lines('history', 'Choir')).length === 1);
  const [heard] = await bob.lines('history', 'Choir');
  expect(heard).toMatchObject({ text: 'la la la', kind: 'group', direction: 'in' });
  await bob.lines('react', String(heard?.['id']), '+');
  await bob.lines('send', 'Choir', 'again', '--reply-to', String(heard?.['id']));
  await until(async () => (await alice.lines('history', 'Choir')).length === 2);
  const [first] = await alice.lines('history', 'Choir');
  expect(first?.['reactions']).toMatchObject({ '+': [bobsAddress] });

  await alice.lines('room', 'topic', 'Choir', 'new', 'songs');
  await until(async () => (await bob.lines('room', 'topic', 'Choir'))[0]?.['topic'] === 'new songs');
  // What one may not do is said in one line.
  const refused = await bob.run(['room', 'kick', 'Choir', 'alice@chat.test']);
  expect([refused.code, refused.stderr.trimEnd().split('\n').length]).toEqual([1, 1]);

  await alice.lines('room', 'kick', 'Choir', bobsAddress, '--reason', 'off key');
  await until(async () => (await members(alice)).length === 1);
  expect((await bob.run(['send', 'Choir', 'hello?', '--wait', 'sent'])).code).toBe(1);
  await alice.lines('room', 'leave', 'Choir');
  expect((await alice.lines('room', 'list'))[0]).toMatchObject({ state: 'left' });
});

it('gives roles, hands the group over, lifts a ban and renames, from the command line', async () => {
  const server = await nativeServer(['alice', 'bob'], { name: 'chat.test' });
  const { alice, bob } = await friends(server);
  const bobsAddress = 'bob@chat.test';
  const rows = async (home: Home): Promise<string[]> =>
    (await home.lines('room', 'members', 'Club'))
      .map(({ key, role, state }) => [key, role, state].join(' '))
      .toSorted((a, b) => (a < b ? -1 : 1));

  await alice.lines('room', 'create', 'Club', '--invite', bobsAddress);
  await until(async () => (await bob.lines('room', 'list'))[0]?.['state'] === 'invited');
  await bob.lines('room', 'decline', 'Club');
  await until(async () => (await rows(alice)).length === 1);
  expect((await bob.run(['room', 'accept', 'Club'])).stderr).toContain('no open invitation');
  await alice.lines('room', 'invite', 'Club', bobsAddress);
  await until(async () => (await bob.lines('room', 'list'))[0]?.['state'] === 'invited');
  await bob.lines('room', 'accept', 'Club');
  await until(async () => (await rows(alice)).includes(`${bobsAddress} member joined`));

  await alice.lines('room', 'ban', 'Club', bobsAddress);
  await until(async () => !(await rows(alice)).includes(`${bobsAddress} member joined`));
  expect((await alice.run(['room', 'invite', 'Club', bobsAddress])).code).toBe(1);
  await alice.lines('room', 'unban', 'Club', bobsAddress);
  await alice.lines('room', 'invite', 'Club', bobsAddress);
  await until(async () => (await bob.lines('room', 'list'))[0]?.['state'] === 'invited');
  await bob.lines('room', 'accept', 'Club');
  await until(async () => (await rows(alice)).includes(`${bobsAddress} member joined`));

  expect((await alice.run(['room', 'role', 'Club', bobsAddress, 'king'])).code).toBe(2);
  await alice.lines('room', 'role', 'Club', bobsAddress, 'admin');
  await until(async () => (await rows(bob)).includes(`${bobsAddress} admin joined`));
  await bob.lines('room', 'rename', 'Club', 'The', 'Club');
  await until(async () => (await alice.lines('room', 'list'))[0]?.['title'] === 'The Club');
  await alice.lines('room', 'rename', 'The Club', 'Club');
  await alice.lines('room', 'transfer', 'Club', bobsAddress);
  await until(
    async () => (await rows(alice)).join() === `alice@chat.test admin joined,${bobsAddress} owner joined`,
  );
});

it('answers in a thread and speaks to a member by name', async () => {
  const server = await nativeServer(['alice', 'bob'], { name: 'chat.test' });
  const { alice, bob } = await friends(server);
  await alice.lines('send', 'bob@chat.test', 'who comes?');
  await until(async () => (await bob.lines('history', 'alice@chat.test')).length === 1);
  const [root] = await bob.lines('history', 'alice@chat.test');
  await bob.lines(
    'send',
    'alice@chat.test',
    'alice, I do',
    '--thread',
    String(root?.['id']),
    '--mention',
    'alice@chat.test',
  );
  await until(async () => (await alice.lines('history', 'bob@chat.test')).length === 2);
  const [first, second] = await alice.lines('history', 'bob@chat.test');
  expect(second).toMatchObject({
    text: 'alice, I do',
    thread: first?.['id'],
    mentions: ['alice@chat.test'],
    mentioned: true,
  });
  const unknown = await bob.run(['send', 'alice@chat.test', 'hi', '--mention', 'nobody']);
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('nobody in this conversation')]);
});
