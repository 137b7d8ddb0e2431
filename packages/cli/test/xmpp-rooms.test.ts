import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeServer, startProsody } from '@natter/e2e';
import type { ProsodyServer } from '@natter/e2e';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Home } from './support/cli.ts';
import { passwordOf, until } from './support/network.ts';

describeServer('rooms and files of XMPP from the command line', 'prosody', () => {
  let prosody: ProsodyServer;
  beforeAll(async () => {
    const users = ['alice', 'bob'].map((name) => ({ name, password: passwordOf(name) }));
    prosody = await startProsody({ users, files: true });
  });
  afterAll(() => prosody?.stop());

  async function homeOf(user: string): Promise<Home> {
    const home = new Home();
    const authority = join(home.folder, 'ca.pem');
    writeFileSync(authority, prosody.ca.certificate);
    const server = ['--server', `${prosody.host}:${prosody.port}`, '--ca', authority];
    const address = `${user}@${prosody.domain}`;
    const { code, stderr } = await home.run(
      ['account', 'add', 'xmpp', address, ...server, '--password-stdin'],
      { stdin: passwordOf(user) },
    );
    if (code !== 0) throw new Error(stderr);
    return home;
  }
  const members = async (home: Home, room: string): Promise<unknown[]> =>
    (await home.lines('room', 'members', room))
      .filter(({ state }) => state === 'joined')
      .map(({ name }) => name);

  it('opens a room, talks and shares a file in it, and keeps order', { timeout: 120_000 }, async () => {
    const [alice, bob] = await Promise.all([homeOf('alice'), homeOf('bob')]);
    const room = `choir@rooms.${prosody.domain}`;
    await alice.lines('room', 'create', 'Choir', '--public', '--address', room, '--topic', 'songs');
    expect((await alice.lines('room', 'list'))[0]).toMatchObject({
      kind: 'channel',
      title: 'Choir',
      state: 'joined',
    });
    expect((await bob.lines('room', 'list', '--search', 'choir'))[0]).toMatchObject({ address: room });
    const listing = await bob.run(['room', 'list', '--search', 'choir']);
    expect(listing.stdout).toMatch(new RegExp(`^${room}  `));
    await bob.lines('room', 'join', room);
    await until(async () => (await members(alice, 'Choir')).includes('bob'));
    await until(async () => (await bob.lines('room', 'topic', 'Choir'))[0]?.['topic'] === 'songs');

    const sent = await alice.run(['send', 'Choir', 'la la la', '--wait', 'sent']);
    expect([sent.code, sent.stderr]).toEqual([0, '']);
    await until(async () => (await bob.lines('history', 'Choir')).length === 1);
    const bytes = randomBytes(300_000);
    const path = join(alice.folder, 'song.bin');
    writeFileSync(path, bytes);
    const file = await alice.run(['send', 'Choir', '--file', path, '--wait', 'sent']);
    expect([file.code, file.stderr]).toEqual([0, '']);
    await until(async () => (await bob.lines('history', 'Choir')).length === 2);
    const shared = (await bob.lines('history', 'Choir')).at(-1);
    const target = join(bob.folder, 'got.bin');
    const fetched = await bob.run(['file', 'get', String(shared?.['id']), '--output', target]);
    expect([fetched.code, fetched.stderr]).toEqual([0, '']);
    expect(readFileSync(target).equals(bytes)).toBe(true);

    const settings = await alice.lines('room', 'configure', 'Choir');
    expect(settings).toContainEqual(
      expect.objectContaining({ name: 'muc#roomconfig_publicroom', value: '1', options: ['1', '0'] }),
    );
    const set = ['--set', 'muc#roomconfig_roomdesc=we sing'];
    await alice.lines('room', 'configure', 'Choir', ...set);
    expect(await alice.lines('room', 'configure', 'Choir')).toContainEqual(
      expect.objectContaining({ name: 'muc#roomconfig_roomdesc', value: 'we sing' }),
    );
    expect((await alice.run(['room', 'configure', 'Choir', '--set', 'color=blue'])).code).toBe(2);
    expect((await bob.run(['room', 'configure', 'Choir'])).code).toBe(1);

    expect((await bob.run(['room', 'kick', 'Choir', 'alice'])).code).toBe(1);
    await alice.lines('room', 'kick', 'Choir', 'bob', '--reason', 'off key');
    await until(async () => (await bob.lines('room', 'list'))[0]?.['state'] === 'left');
    await bob.lines('room', 'join', room);
    await until(async () => (await members(alice, 'Choir')).includes('bob'));
    await alice.lines('room', 'ban', 'Choir', 'bob');
    await until(async () => (await bob.lines('room', 'list'))[0]?.['state'] === 'banned');
    expect((await bob.run(['room', 'join', room])).code).toBe(1);
    await alice.lines('room', 'leave', 'Choir');
    expect((await alice.lines('room', 'list'))[0]).toMatchObject({ state: 'left' });
  });
});
