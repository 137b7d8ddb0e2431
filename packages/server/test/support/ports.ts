import { describe, expect, it } from 'vitest';
import type { Notice } from '../../src/ports/bus.ts';
import type { AccountId } from '../../src/ports/identifiers.ts';
import type { NewMessage } from '../../src/ports/message-log.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { describeGroupPorts } from './group-ports.ts';
import { describeMessagePorts } from './message-ports.ts';

/** Opens an empty storage, which is closed after the test. */
export type OpenStorage = () => Promise<Storage> | Storage;

const body = (text: string): { text: string } => ({ text });

async function people(storage: Storage, ...users: string[]): Promise<AccountId[]> {
  const accounts = [];
  for (const user of users)
    accounts.push(await storage.directory.accounts.create({ user, name: user, passwordHash: 'x' }));
  return accounts.map(({ id }) => id);
}

/** Two people and their conversation. */
async function pair(
  storage: Storage,
): Promise<{ a: AccountId; b: AccountId; message: (clientId: string, text?: string) => NewMessage }> {
  const [a = 0, b = 0] = await people(storage, 'a', 'b');
  const { id, members } = await storage.directory.conversations.direct(a, b);
  return {
    a,
    b,
    message: (clientId, text = clientId) => ({
      conversation: id,
      sender: a,
      clientId,
      body: body(text),
      members,
    }),
  };
}

function hear(storage: Storage, account: AccountId): Notice[] {
  const notices: Notice[] = [];
  storage.bus.subscribe(account, (notice) => notices.push(notice));
  return notices;
}

/** What every implementation of the ports has to do; run it against each. */
export function describePorts(name: string, open: OpenStorage): void {
  describeGroupPorts(name, open);
  describeMessagePorts(name, open);

  describe(`${name}: message log`, () => {
    it('gives dense sequences in the order of calling, per conversation', async () => {
      const storage = await open();
      const { a, message } = await pair(storage);
      const [c = 0] = await people(storage, 'c');
      const other = await storage.directory.conversations.direct(a, c);
      const placed = await Promise.all(
        Array.from({ length: 100 }, (_, index) => storage.messages.append(message(`m${index}`))),
      );
      expect(placed.map(({ seq }) => seq)).toEqual(placed.map((_, index) => index + 1));
      expect(
        await storage.messages.append({ ...message('x'), conversation: other.id, members: other.members }),
      ).toMatchObject({ seq: 1 });
      expect(await storage.messages.lastSeq(other.id)).toBe(1);
    });

    it('stores a client id once, and lets no refused message leave a hole', async () => {
      const storage = await open();
      const { b, message } = await pair(storage);
      const outcomes = await Promise.allSettled([
        storage.messages.append(message('k', 'one')),
        storage.messages.append(message('k', 'two')),
        storage.messages.append(message('k', 'one')),
        storage.messages.append({ ...message('k', 'other sender'), sender: b }),
      ]);
      expect(outcomes).toMatchObject([
        { status: 'fulfilled', value: { seq: 1, duplicate: false } },
        { status: 'rejected', reason: { error: { code: 'conflict' } } },
        { status: 'fulfilled', value: { seq: 1, duplicate: true } },
        { status: 'fulfilled', value: { seq: 2, duplicate: false } },
      ]);
      expect((await storage.inbox.since(b, 0, 100, 1e6)).entries).toHaveLength(3);
    });

    it('moves markers forward, not past the end, and tells who is to be told', async () => {
      const storage = await open();
      const { a, b, message } = await pair(storage);
      const { conversation, members } = message('');
      await storage.messages.append(message('1'));
      const before = await storage.inbox.head(a);
      const target = { conversation, seq: 50, by: b, members };
      await storage.messages.mark(target, 'read');
      await storage.messages.mark({ ...target, seq: 1 }, 'delivered');
      expect(await storage.messages.markers(conversation)).toContainEqual({
        account: b,
        delivered: 1,
        read: 1,
      });
      expect(await storage.inbox.head(a)).toBe(before + 1);
    });
  });

  describe(`${name}: inbox`, () => {
    it('has dense positions and one order, and gives pages by number and by size', async () => {
      const storage = await open();
      const { b, message } = await pair(storage);
      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          storage.messages.append(message(`m${index}`, 'x'.repeat(1000))),
        ),
      );
      const { entries, head } = await storage.inbox.since(b, 0, 1000, 1e9);
      expect(head).toBe(51);
      expect(entries.map(({ position }) => position)).toEqual(entries.map((_, index) => index + 1));
      for (const { position, update } of entries) expect(JSON.parse(update)).toMatchObject({ position });
      expect((await storage.inbox.since(b, 10, 5, 1e9)).entries.map(({ position }) => position)).toEqual([
        11, 12, 13, 14, 15,
      ]);
      expect((await storage.inbox.since(b, 10, 1000, 5000)).entries.length).toBeLessThan(6);
      expect((await storage.inbox.since(b, 10, 1000, 1)).entries).toHaveLength(1);
      expect(await storage.inbox.since(b, 51, 10, 1e9)).toEqual({ entries: [], head: 51 });
    });

    it('is told on the bus after it can be read, consecutively', async () => {
      const storage = await open();
      const { b, message } = await pair(storage);
      const notices = hear(storage, b);
      const start = await storage.inbox.head(b);
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => storage.messages.append(message(`m${index}`))),
      );
      const { entries } = await storage.inbox.since(b, start, 100, 1e9);
      let next = start + 1;
      const told: string[] = [];
      for (const notice of notices) {
        if (notice.kind !== 'updates') continue;
        expect(notice.first).toBe(next);
        next += notice.updates.length;
        told.push(...notice.updates);
      }
      expect(told).toEqual(entries.map(({ update }) => update));
    });

    it('takes acknowledgements forward only, and not past the end', async () => {
      const storage = await open();
      const { a, message } = await pair(storage);
      await storage.messages.append(message('1'));
      const { devices } = storage.directory;
      const { id } = await devices.signIn(a, {
        id: null,
        name: '',
        token: new Uint8Array(32),
        passwordHash: 'x',
      });
      for (const position of [2, 1, 1000]) await storage.inbox.acknowledge(a, id, position);
      expect((await devices.list(a))[0]?.cursor).toBe(await storage.inbox.head(a));
    });
  });

  describe(`${name}: directory`, () => {
    it('gives a name once, even to two who ask at the same moment', async () => {
      const { directory } = await open();
      const account = { user: 'a', name: 'A', passwordHash: 'x' };
      const outcomes = await Promise.allSettled([
        directory.accounts.create(account),
        directory.accounts.create(account),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
      expect(await directory.accounts.byUser('a')).toMatchObject({
        user: 'a',
        name: 'A',
        standing: { state: 'active' },
      });
      expect(await directory.accounts.byUser('b')).toBeNull();
    });

    it('has one direct conversation for two, whoever asks', async () => {
      const { directory } = await open();
      const [a = 0, b = 0] = [
        await directory.accounts.create({ user: 'a', name: '', passwordHash: '' }),
        await directory.accounts.create({ user: 'b', name: '', passwordHash: '' }),
      ].map(({ id }) => id);
      const [one, two] = await Promise.all([
        directory.conversations.direct(a, b),
        directory.conversations.direct(b, a),
      ]);
      expect(two).toEqual(one);
      expect(await directory.conversations.list(b, 0, 10)).toEqual([one]);
      expect(await directory.conversations.list(b, one.id, 10)).toEqual([]);
      expect(await directory.conversations.get(one.id)).toEqual(one);
      expect(await directory.conversations.get(999)).toBeNull();
    });

    it('changes both sides of a relation at once, with a version for each', async () => {
      const storage = await open();
      const { directory } = storage;
      const [a = 0, b = 0] = await people(storage, 'a', 'b');
      expect(await directory.rosters.change(a, b, { type: 'request' })).toMatchObject({
        version: 1,
        access: [],
      });
      const { access } = await directory.rosters.change(b, a, { type: 'accept' });
      expect(access).toHaveLength(2);
      expect(await directory.rosters.watchable(a)).toEqual([b]);
      expect(await directory.rosters.read(a, 1)).toMatchObject({
        full: false,
        version: 2,
        contacts: [{ subscription: { to: 'granted' } }],
      });
      expect((await directory.rosters.change(a, b, { type: 'block' })).access).toHaveLength(2);
      expect([
        await directory.rosters.blockBetween(a, b),
        await directory.rosters.blockBetween(b, a),
      ]).toEqual(['own', 'theirs']);
      expect(await directory.rosters.watchable(b)).toEqual([]);
      await expect(directory.rosters.change(a, b, { type: 'request' })).rejects.toMatchObject({
        error: { code: 'blocked' },
      });
    });

    it('signs no device in by a password that was changed while it was hashed', async () => {
      const storage = await open();
      const [a = 0] = await people(storage, 'a');
      const { devices, accounts } = storage.directory;
      const signIn = (passwordHash: string): Promise<{ id: number }> =>
        devices.signIn(a, { id: null, name: '', token: new Uint8Array(32), passwordHash });
      const { id } = await signIn('x');
      const [changed, late] = await Promise.allSettled([accounts.changePassword(a, 'y', id), signIn('x')]);
      expect(changed.status).toBe('fulfilled');
      expect(late).toMatchObject({ status: 'rejected', reason: { error: { code: 'bad-credentials' } } });
      expect((await devices.list(a)).map((device) => device.id)).toEqual([id]);
    });

    it('rotates tokens, and knows a copy', async () => {
      const storage = await open();
      const [a = 0] = await people(storage, 'a');
      const { devices } = storage.directory;
      const token = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
      const { id } = await devices.signIn(a, {
        id: null,
        name: 'laptop',
        token: token(1),
        passwordHash: 'x',
      });
      expect(await devices.rotate(a, id, token(9), token(2))).toEqual({ result: 'unknown' });
      expect(await devices.rotate(a, id, token(1), token(2))).toMatchObject({
        result: 'rotated',
        device: { id, name: 'laptop' },
      });
      expect(await devices.rotate(a, id, token(1), token(3))).toMatchObject({ result: 'rotated' });
      expect(await devices.rotate(a, id, token(2), token(4))).toEqual({ result: 'unknown' });
      expect(await devices.rotate(a, id, token(3), token(5))).toMatchObject({ result: 'rotated' });
      expect(await devices.rotate(a, id, token(1), token(6))).toEqual({ result: 'reused' });
      expect(await devices.list(a)).toEqual([]);
      expect(await devices.rotate(a, id, token(5), token(7))).toEqual({ result: 'unknown' });
    });
  });

  describe(`${name}: bus and presence`, () => {
    it('calls every handler in order until it is ended, whatever one of them does', async () => {
      const { bus } = await open();
      const heard: string[] = [];
      const end = bus.subscribe(1, (notice) => notice.kind === 'push' && heard.push(`one ${notice.text}`));
      bus.subscribe(1, () => {
        end();
        throw new Error('a faulty handler');
      });
      bus.subscribe(1, (notice) => notice.kind === 'push' && heard.push(`two ${notice.text}`));
      for (const text of ['a', 'b']) bus.publish(1, { kind: 'push', text });
      bus.publish(2, { kind: 'push', text: 'for another' });
      expect(heard).toEqual(['one a', 'two a', 'two b']);
    });

    it('keeps the presence of each device', async () => {
      const { presence } = await open();
      await presence.set(1, 1, { device: 'd1', availability: 'away', since: 5 }, 5);
      await presence.set(1, 2, { device: 'd2', availability: 'dnd', since: 6 }, 6);
      await presence.set(1, 1, null, 7);
      expect([...(await presence.getMany([1, 2]))]).toEqual([
        [1, { devices: [{ device: 'd2', availability: 'dnd', since: 6 }] }],
        [2, { devices: [] }],
      ]);
      await presence.set(1, 2, null, 8);
      expect((await presence.getMany([1])).get(1)).toEqual({ devices: [], lastSeen: 8 });
    });
  });
}
