import { describeServer, startErgo, startNgircd } from '@natter/e2e';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Home, until } from './home.ts';
import type { Line } from './home.ts';
import { passwordOf } from './networks.ts';

/** A server, and how one gets in. */
interface Entrance {
  readonly port: number;
  readonly options: readonly string[];
  /** What is read from standard input at the first sign-in. */
  password(name: string): string;
  stop(): Promise<void>;
}

const starts: Readonly<Record<'ergo' | 'ngircd', (folder: string) => Promise<Entrance>>> = {
  async ergo(folder) {
    const server = await startErgo();
    const authority = join(folder, 'ca.pem');
    writeFileSync(authority, server.ca.certificate);
    const options = ['--ca', authority, '--password-stdin', '--register'];
    const password = (name: string): string => passwordOf(name).replaceAll(' ', '-');
    return { port: server.tlsPort, options, password, stop: () => server.stop() };
  },
  async ngircd() {
    const server = await startNgircd();
    const options = ['--set', 'signIn=none'];
    return { port: server.port, options, password: () => '', stop: () => server.stop() };
  },
};

for (const kind of ['ergo', 'ngircd'] as const) {
  describeServer('every verb of the command on IRC', kind, () => {
    /** Whether the server acknowledges, and has message ids and history. */
    const modern = kind === 'ergo';
    const cleaning = new AsyncDisposableStack();
    const [alice, bob] = [new Home('alice'), new Home('bob')];
    const confirmed = modern ? 0 : 7;

    beforeAll(async () => {
      for (const home of [alice, bob]) cleaning.use(home);
      const { port, options, password, stop } = await starts[kind](alice.folder);
      cleaning.defer(stop);
      for (const home of [alice, bob]) {
        const add = ['account', 'add', 'irc', `${home.name}@127.0.0.1:${port}`, ...options];
        // Pacing is for servers of other people.
        const fast = ['--set', 'floodBurst=1000', '--set', 'floodPerSecond=1000', '--set', 'pollSeconds=1'];
        const account = await home.natter([...add, ...fast], password(home.name));
        expect(account).toMatchObject([{ state: 'online' }]);
      }
    });
    afterAll(() => cleaning.disposeAsync());

    /** Runs a command that may fail; its exit status, and the code of its error. */
    async function outcome(home: Home, ...argv: string[]): Promise<readonly [number | null, unknown]> {
      const running = home.start(argv);
      const code = await running.ended;
      const last = running.errors().trimEnd().split('\n').at(-1) ?? '';
      return [code, last === '' ? null : (JSON.parse(last) as Line)['code']];
    }
    const history = (home: Home, who: string): Promise<readonly Line[]> => home.natter(['history', who]);
    const rooms = async (home: Home): Promise<readonly string[]> =>
      (await home.natter(['room', 'list'])).map(
        ({ address, state }) => `${String(address)} ${String(state)}`,
      );
    const members = async (home: Home, room: string): Promise<readonly string[]> =>
      (await home.natter(['room', 'members', room]))
        .map(({ key, role }) => `${String(key)} ${String(role)}`)
        .toSorted();

    test('messages: to a stranger, back, and what IRC cannot do is said', { timeout: 120_000 }, async () => {
      const sent = alice.start(['send', 'irc/bob', 'hello', 'bob', '--wait', 'sent']);
      expect([await sent.ended, sent.lines.at(-1)?.['delivery']]).toEqual([
        confirmed,
        modern ? 'sent' : 'unconfirmed',
      ]);
      await until('bob has it', async () => (await outcome(bob, 'history', 'alice'))[0] === 0);
      const [heard] = await history(bob, 'alice');
      expect(heard).toMatchObject({ text: 'hello bob', direction: 'in', network: 'irc', kind: 'direct' });
      expect(await outcome(alice, 'send', 'nobody-at-all', 'x')).toEqual([1, 'not-found']);
      expect(await outcome(alice, 'send', 'irc/nobody-at-all', 'x', '--wait', 'sent')).toEqual([
        1,
        'not-found',
      ]);
      const [own] = await history(alice, 'bob');
      expect(await outcome(alice, 'edit', String(own?.['id']), 'other')).toEqual([1, 'unsupported']);
      const file = join(alice.folder, 'file.txt');
      writeFileSync(file, 'text');
      expect(await outcome(alice, 'send', 'bob', '--file', file)).toEqual([1, 'unsupported']);

      await bob.natter(['read', 'alice']);
      await bob.natter(['mute', 'alice']);
      expect(await bob.natter(['search', 'hello'])).toHaveLength(1);
      if (!modern) {
        expect(await outcome(bob, 'react', String(heard?.['id']), '+')).toEqual([1, 'unsupported']);
        expect(await outcome(alice, 'retract', String(own?.['id']))).toEqual([1, 'unsupported']);
        return;
      }
      await bob.natter(['react', String(heard?.['id']), '+']);
      await bob.natter(['send', 'alice', 'an answer', '--reply-to', String(heard?.['id']), '--wait', 'sent']);
      await until('alice has the answer', async () => (await history(alice, 'bob')).length === 2);
      const [first, second] = await history(alice, 'bob');
      expect(Object.keys(first?.['reactions'] ?? {})).toEqual(['+']);
      expect(second?.['replyTo']).toBe(own?.['id']);
      await alice.natter(['retract', String(own?.['id'])]);
      await until(
        'bob sees it taken back',
        async () => (await history(bob, 'alice'))[0]?.['retracted'] === true,
      );
    });

    test('channels: from opening one to being banned from it', { timeout: 180_000 }, async () => {
      await alice.natter(['room', 'create', 'choir', '--public', '--topic', 'songs', '--invite', 'bob']);
      await until('bob is invited', async () => (await rooms(bob)).includes('#choir invited'));
      await bob.natter(['room', 'accept', '#choir']);
      await until('both are in', async () => (await members(alice, '#choir')).length === 2);
      expect(await members(bob, '#choir')).toEqual(['alice admin', 'bob member']);
      expect((await bob.natter(['room', 'topic', '#choir']))[0]?.['topic']).toBe('songs');
      const found = await bob.natter(['room', 'list', '--search', 'choir']);
      expect(found).toMatchObject([{ address: '#choir', members: 2 }]);

      expect((await outcome(alice, 'send', '#choir', 'la la la', '--wait', 'sent'))[0]).toBe(confirmed);
      await until('bob hears it', async () =>
        (await history(bob, '#choir')).some(({ text }) => text === 'la la la'),
      );
      expect(await outcome(bob, 'room', 'kick', '#choir', 'alice')).toEqual([1, 'forbidden']);
      expect(await outcome(bob, 'room', 'rename', '#choir', 'other')).toEqual([1, 'unsupported']);
      await alice.natter(['room', 'topic', '#choir', 'new', 'songs']);
      await until('bob sees the topic', async () => {
        const [room] = await bob.natter(['room', 'topic', '#choir']);
        return room?.['topic'] === 'new songs';
      });
      await alice.natter(['room', 'role', '#choir', 'bob', 'admin']);
      await until('bob is operator', async () => (await members(bob, '#choir')).includes('bob admin'));
      await alice.natter(['room', 'role', '#choir', 'bob', 'member']);
      await until('bob is none', async () => (await members(bob, '#choir')).includes('bob member'));

      await alice.natter(['room', 'kick', '#choir', 'bob', '--reason', 'off key']);
      await until('bob is out', async () => (await rooms(bob)).includes('#choir left'));
      await bob.natter(['room', 'join', '#choir']);
      await until('bob is back', async () => (await members(alice, '#choir')).length === 2);
      await alice.natter(['room', 'ban', '#choir', 'bob']);
      await until('bob is out again', async () => (await members(alice, '#choir')).length === 1);
      expect(await outcome(bob, 'room', 'join', '#choir')).toEqual([1, 'forbidden']);
      await alice.natter(['room', 'unban', '#choir', 'bob']);
      await bob.natter(['room', 'join', '#choir']);
      await bob.natter(['room', 'leave', '#choir']);
      await until('bob has gone', async () => (await members(alice, '#choir')).length === 1);
      expect(await rooms(bob)).toContain('#choir left');
    });

    test('what the server says of itself can be read', async () => {
      const [account] = await alice.natter(['account', 'show', 'irc']);
      const announcements = modern ? [] : [{ text: 'Be kind to each other' }];
      expect(account).toMatchObject({ announcements });
    });

    test('a room that is not public is for those who are invited', { timeout: 60_000 }, async () => {
      await alice.natter(['room', 'create', 'board', '--invite', 'bob']);
      await until('bob is invited', async () => (await rooms(bob)).includes('#board invited'));
      expect(await bob.natter(['room', 'list', '--search', 'board'])).toEqual([]);
      await bob.natter(['room', 'decline', '#board']);
      await alice.natter(['room', 'kick', '#board', 'alice']);
      expect(await outcome(bob, 'room', 'join', '#board-2', '--account', 'nobody')).toEqual([1, 'not-found']);
    });

    test('contacts: kept by natter alone, also when it starts anew', { timeout: 120_000 }, async () => {
      await bob.natter(['presence', 'away', 'at', 'lunch']);
      await alice.natter(['contact', 'add', 'bob', '--account', 'irc']);
      const row = async (): Promise<Line | undefined> => (await alice.natter(['contacts']))[0];
      const availability = async (): Promise<unknown> => {
        const presence = (await row())?.['presence'] as Line | undefined;
        return presence?.['availability'];
      };
      await until('bob is away', async () => (await availability()) === 'away');
      await bob.natter(['presence', 'available']);
      await until('bob is back', async () => (await availability()) === 'available');
      await alice.natter(['contact', 'rename', 'bob', 'Bobby']);
      await alice.natter(['contact', 'group', 'bob', 'friends', 'work']);
      await alice.leave();
      expect(await row()).toMatchObject({ name: 'Bobby' });
      // The daemon is started by whoever needs it, and takes its own list up again.
      await alice.natter(['account', 'list']);
      await until('bob is seen again', async () => (await availability()) === 'available');
      expect(await row()).toMatchObject({ name: 'Bobby', contacts: [{ groups: ['friends', 'work'] }] });
      expect(await outcome(alice, 'contact', 'block', 'bob')).toEqual([1, 'unsupported']);
      await bob.leave();
      await until('bob has gone', async () => (await availability()) === 'offline');
      await alice.natter(['contact', 'remove', 'bob']);
    });
  });
}
