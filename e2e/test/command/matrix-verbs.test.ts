import { describeServer, startSynapse } from '@natter/e2e';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Home, until } from './home.ts';
import type { Line } from './home.ts';
import { passwordOf } from './networks.ts';

describeServer('every verb of the command on Matrix', 'synapse', () => {
  const cleaning = new AsyncDisposableStack();
  const [alice, bob] = [new Home('alice'), new Home('bob')];
  let [domain, url] = ['', ''];
  const address = ({ name }: Home): string => `@${name}:${domain}`;

  beforeAll(async () => {
    for (const home of [alice, bob]) cleaning.use(home);
    const server = await startSynapse({ open: true });
    cleaning.defer(() => server.stop());
    domain = server.serverName;
    ({ url } = server);
    for (const home of [alice, bob]) {
      const add = ['account', 'add', 'matrix', address(home), '--server', server.url, '--register'];
      const account = await home.natter([...add, '--password-stdin'], passwordOf(home.name));
      expect(account).toMatchObject([{ state: 'online' }]);
    }
    const again = alice.start(
      ['account', 'add', 'matrix', address(bob), '--server', server.url, '--register', '--password-stdin'],
      'other',
    );
    expect([await again.ended, again.errors()]).toEqual([1, expect.stringContaining('conflict') as string]);
  }, 120_000);
  afterAll(() => cleaning.disposeAsync());

  /** Runs a command that may fail; its exit status, and the code of its error. */
  async function outcome(home: Home, ...argv: string[]): Promise<readonly [number | null, unknown]> {
    const running = home.start(argv);
    const code = await running.ended;
    const last = running.errors().trimEnd().split('\n').at(-1) ?? '';
    return [code, last === '' ? null : (JSON.parse(last) as Line)['code']];
  }
  const history = (home: Home, who: string): Promise<readonly Line[]> => home.natter(['history', who]);
  const last = async (home: Home, who: string): Promise<Line | undefined> =>
    (await history(home, who)).at(-1);
  const people = (home: Home): Promise<readonly Line[]> => home.natter(['contacts']);
  const contact = async (home: Home): Promise<Line | undefined> =>
    ((await people(home))[0]?.['contacts'] as Line[] | undefined)?.[0];
  const room = async (home: Home, name: string): Promise<Line | undefined> =>
    (await home.natter(['room', 'list'])).find((line) => line['title'] === name);
  const state = async (home: Home, name: string): Promise<unknown> => (await room(home, name))?.['state'];
  const members = async (home: Home, name: string): Promise<readonly string[]> =>
    (await home.natter(['room', 'members', name]))
      .map(({ key, role }) => `${String(key).replace(`:${domain}`, '')} ${String(role)}`)
      .toSorted();

  test('contacts: asked, denied, accepted, named, grouped, blocked', { timeout: 120_000 }, async () => {
    await alice.natter(['contact', 'add', address(bob)]);
    await until('bob is asked', async () => (await people(bob)).length === 1);
    await bob.natter(['contact', 'deny', address(alice)]);
    await until('nobody asks bob', async () => (await people(bob)).length === 0);
    await alice.natter(['contact', 'remove', address(bob)]);
    await until('alice has nobody', async () => (await people(alice)).length === 0);
    await alice.natter(['contact', 'add', address(bob)]);
    await until('bob is asked again', async () => (await people(bob)).length === 1);
    await bob.natter(['contact', 'accept', address(alice)]);
    await until('alice is let in', async () => {
      const subscription = (await contact(alice))?.['subscription'] as Line | undefined;
      return subscription?.['to'] === 'granted';
    });
    await alice.natter(['contact', 'rename', address(bob), 'Bobby']);
    await alice.natter(['contact', 'group', address(bob), 'friends']);
    await until('the server has the name', async () => (await people(alice))[0]?.['name'] === 'Bobby');
    expect(await contact(alice)).toMatchObject({ groups: ['friends'] });
    await bob.natter(['presence', 'away', 'at', 'lunch']);
    await until('bob is away', async () => {
      const presence = (await contact(alice))?.['presence'] as Line | undefined;
      return presence?.['availability'] === 'away' && presence['text'] === 'at lunch';
    });
    await alice.natter(['contact', 'block', address(bob)]);
    await until('bob is blocked', async () => (await contact(alice))?.['blocked'] === true);
    await alice.natter(['contact', 'unblock', address(bob)]);
    await bob.natter(['send', address(alice), 'heard', '--wait', 'sent']);
    await until('alice hears', async () => (await last(alice, 'Bobby'))?.['text'] === 'heard');
  });

  test('messages: said, read, answered, changed, taken back', { timeout: 120_000 }, async () => {
    const sent = await alice.natter(['send', 'Bobby', 'hello', 'bob', '--wait', 'sent']);
    expect(sent.at(-1)).toMatchObject({ delivery: 'sent' });
    await until('bob has it', async () => (await last(bob, address(alice)))?.['text'] === 'hello bob');
    const heard = await last(bob, address(alice));
    const id = String(heard?.['id']);
    await bob.natter(['read', address(alice)]);
    await until('alice sees it read', async () => (await last(alice, 'Bobby'))?.['delivery'] === 'read');
    await bob.natter(['react', id, '👍']);
    await until('alice sees the thumb', async () =>
      Object.keys((await last(alice, 'Bobby'))?.['reactions'] ?? {}).includes('👍'),
    );
    await bob.natter(['react', id, '👍', '--remove']);
    await until('the thumb is gone', async () => {
      const message = await last(alice, 'Bobby');
      return Object.keys(message?.['reactions'] ?? {}).length === 0;
    });
    const own = String((await last(alice, 'Bobby'))?.['id']);
    expect(await outcome(bob, 'edit', id, 'forged')).toEqual([1, 'forbidden']);
    await alice.natter(['edit', own, 'hello', 'Robert']);
    await until('bob sees the change', async () => {
      const message = await last(bob, address(alice));
      return message?.['text'] === 'hello Robert' && message['edited'] === true;
    });
    await bob.natter(['send', address(alice), 'an answer', '--reply-to', id, '--wait', 'sent']);
    await until('alice has the answer', async () => (await last(alice, 'Bobby'))?.['text'] === 'an answer');
    expect((await last(alice, 'Bobby'))?.['replyTo']).toBe(own);
    await alice.natter(['pin', own]);
    await until('bob sees the pin', async () => (await bob.natter(['pins', address(alice)])).length === 1);
    await alice.natter(['retract', own]);
    await until('bob sees it taken back', async () =>
      (await history(bob, address(alice))).some((line) => line['retracted'] === true),
    );
    await bob.natter(['mute', address(alice)]);
    expect(await bob.natter(['search', 'answer'])).toHaveLength(1);
    expect(await alice.natter(['outbox', 'list'])).toEqual([]);
    expect(await outcome(alice, 'send', `@nobody-here:${domain}`, 'x', '--wait', 'sent')).toEqual([
      1,
      'not-found',
    ]);
  });

  test('files: sent with a text, and fetched whole', { timeout: 60_000 }, async () => {
    const [from, to] = [join(alice.folder, 'noise.bin'), join(bob.folder, 'fetched.bin')];
    writeFileSync(from, randomBytes(300_000));
    await alice.natter(['send', 'Bobby', 'listen', '--file', from, '--wait', 'sent']);
    await until('bob has the file', async () => {
      const message = await last(bob, address(alice));
      return ((message?.['attachments'] ?? []) as Line[])[0]?.['size'] === 300_000;
    });
    const message = await last(bob, address(alice));
    expect(message).toMatchObject({ text: 'listen', attachments: [{ name: 'noise.bin' }] });
    await bob.natter(['file', 'get', String(message?.['id']), '--output', to]);
    expect(readFileSync(to).equals(readFileSync(from))).toBe(true);
  });

  test('rooms: from opening one to being banned from it', { timeout: 180_000 }, async () => {
    const create = ['room', 'create', 'choir', '--public', '--topic', 'songs', '--invite', address(bob)];
    await alice.natter(create);
    await until('bob is invited', async () => (await state(bob, 'choir')) === 'invited');
    await bob.natter(['room', 'accept', 'choir']);
    await until('both are in', async () => (await members(alice, 'choir')).length === 2);
    expect(await members(bob, 'choir')).toEqual(['@alice owner', '@bob member']);
    expect((await bob.natter(['room', 'topic', 'choir']))[0]?.['topic']).toBe('songs');
    const [found] = await bob.natter(['room', 'list', '--search', 'choir']);
    expect(found).toMatchObject({ name: 'choir', members: 2 });
    const link = `https://matrix.to/#/${encodeURIComponent(String(found?.['address']))}?via=${domain}`;

    await alice.natter(['send', 'choir', 'la la la', '--wait', 'sent']);
    await until('bob hears it', async () => (await last(bob, 'choir'))?.['text'] === 'la la la');
    expect(await outcome(bob, 'room', 'kick', 'choir', address(alice))).toEqual([1, 'forbidden']);
    await alice.natter(['room', 'topic', 'choir', 'new', 'songs']);
    await until('bob sees the topic', async () => {
      const [line] = await bob.natter(['room', 'topic', 'choir']);
      return line?.['topic'] === 'new songs';
    });
    await alice.natter(['room', 'role', 'choir', address(bob), 'moderator']);
    await until('bob is moderator', async () => (await members(bob, 'choir')).includes('@bob moderator'));
    await bob.natter(['room', 'rename', 'choir', 'big', 'choir']);
    await until('it has another name', async () => (await state(alice, 'big choir')) === 'joined');
    await alice.natter(['room', 'kick', 'big choir', address(bob), '--reason', 'off key']);
    await until('bob is out', async () => (await state(bob, 'big choir')) === 'left');
    await bob.natter(['room', 'join', link]);
    await until('bob is back', async () => (await members(alice, 'big choir')).length === 2);
    await alice.natter(['room', 'ban', 'big choir', address(bob)]);
    await until('bob is banned', async () => (await state(bob, 'big choir')) === 'banned');
    expect(await outcome(bob, 'room', 'join', link)).toEqual([1, 'conflict']);
    await alice.natter(['room', 'unban', 'big choir', address(bob)]);
    await bob.natter(['room', 'join', link]);
    await bob.natter(['room', 'leave', 'big choir']);
    await until('bob has gone', async () => (await state(bob, 'big choir')) === 'left');
  });

  test('devices and the password: listed, signed out, changed', { timeout: 120_000 }, async () => {
    const login = (password: string): Promise<Response> =>
      fetch(`${url}/_matrix/client/v3/login`, {
        method: 'POST',
        body: JSON.stringify({
          type: 'm.login.password',
          identifier: { type: 'm.id.user', user: bob.name },
          password,
          initial_device_display_name: 'an old telephone',
        }),
      });
    expect((await login(passwordOf(bob.name))).status).toBe(200);
    const devices = (): Promise<readonly Line[]> => bob.natter(['account', 'devices', address(bob)]);
    const old = (await devices()).find(({ name }) => name === 'an old telephone');
    expect(old).toMatchObject({ type: 'device', current: false });
    const revoke = ['account', 'revoke', address(bob), String(old?.['id']), '--password-stdin'];
    expect(await bob.natter(revoke, passwordOf(bob.name))).toMatchObject([{ revoked: true }]);
    expect((await devices()).map(({ current }) => current)).toEqual([true]);
    const change = ['account', 'password', address(bob), '--password-stdin'];
    await bob.natter(change, `${passwordOf(bob.name)}\nanother one`);
    expect((await login(passwordOf(bob.name))).status).toBe(403);
    expect((await login('another one')).status).toBe(200);
  });

  test('a home that was away has all of it once, and one that signs out is a device less', async () => {
    await bob.leave();
    for (const text of ['one', 'two', 'three']) await alice.natter(['send', 'Bobby', text, '--wait', 'sent']);
    const texts = async (): Promise<readonly unknown[]> =>
      (await history(bob, address(alice))).map(({ text }) => text).slice(-3);
    await bob.natter(['account', 'list']);
    await until('bob has all', async () => String(await texts()) === 'one,two,three');
    await bob.natter(['account', 'remove', address(bob)]);
    expect(await bob.natter(['account', 'list'])).toEqual([]);
  });
});
