import { describe, expect, it } from 'vitest';
import type { ConversationRecord } from '../../src/ports/conversations.ts';
import type { AccountId } from '../../src/ports/identifiers.ts';
import type { Storage } from '../../src/ports/storage.ts';
import type { OpenStorage } from './ports.ts';

/** Three people, and a group of the first with the second invited. */
async function group(
  storage: Storage,
): Promise<{ a: AccountId; b: AccountId; c: AccountId; record: ConversationRecord }> {
  const { accounts, conversations } = storage.directory;
  const ids: AccountId[] = [];
  for (const user of ['a', 'b', 'c'])
    ids.push((await accounts.create({ user, name: user, passwordHash: 'x' })).id);
  const [a = 0, b = 0, c = 0] = ids;
  const about = { title: 'G', topic: '', history: 'joined' } as const;
  const record = await conversations.createGroup({ creator: a, clientId: 'g', invite: [b], ...about });
  return { a, b, c, record };
}

/** What every implementation of the ports has to do about groups and files; part of the suite in `ports.ts`. */
export function describeGroupPorts(name: string, open: OpenStorage): void {
  const say = (conversation: number, sender: AccountId, clientId: string, file?: string) => ({
    conversation,
    sender,
    clientId,
    members: 'joined' as const,
    body: {
      text: clientId,
      ...(file === undefined
        ? {}
        : { attachments: [{ kind: 'file', url: 'https://x/', file, name: '', mediaType: '' } as const] }),
    },
  });

  describe(`${name}: groups`, () => {
    it('takes each message by who is inside when it is stored, whatever comes at the same time', async () => {
      const storage = await open();
      const { a, b, c, record } = await group(storage);
      const { conversations } = storage.directory;
      const { id } = record;
      const outcomes = await Promise.allSettled([
        storage.messages.append(say(id, b, 'too early')),
        conversations.changeGroup(id, b, { type: 'accept' }),
        storage.messages.append(say(id, b, 'first')),
        storage.messages.append(say(id, a, 'second')),
        conversations.changeGroup(id, a, { type: 'kick', account: b }),
        storage.messages.append(say(id, b, 'too late')),
        storage.messages.append(say(id, c, 'a stranger')),
        storage.messages.append(say(id, a, 'third')),
      ]);
      expect(
        outcomes.map((outcome) =>
          outcome.status === 'rejected' ? (outcome.reason as { error: { code: string } }).error.code : 'done',
        ),
      ).toEqual(['not-found', 'done', 'done', 'done', 'done', 'not-found', 'not-found', 'done']);
      expect(await storage.messages.lastSeq(id)).toBe(3);
      const kinds = async (account: AccountId): Promise<string[]> =>
        (await storage.inbox.since(account, 0, 100, 1e6)).entries.map(
          ({ update }) => (JSON.parse(update) as { kind: string }).kind,
        );
      expect(await kinds(b)).toEqual(['group-opened', 'group-opened', 'message', 'message', 'group-changed']);
      expect(await kinds(c)).toEqual([]);
      expect((await conversations.get(id))?.members).toEqual([a]);
    });

    it('hides from a newcomer what was said before, and what is done to it', async () => {
      const storage = await open();
      const { a, b, record } = await group(storage);
      await storage.messages.append(say(record.id, a, 'old'));
      await storage.directory.conversations.changeGroup(record.id, b, { type: 'accept' });
      const before = await storage.inbox.head(b);
      const target = { conversation: record.id, seq: 1, members: 'joined' as const };
      await storage.messages.edit({ ...target, by: a }, { text: 'changed' });
      expect(await storage.inbox.head(b)).toBe(before);
      await expect(storage.messages.react({ ...target, by: b }, '+', true)).rejects.toMatchObject({
        error: { code: 'not-found' },
      });
    });
  });

  describe(`${name}: files`, () => {
    it('keeps what a message points to, and lets those read it who may see the message', async () => {
      const storage = await open();
      const { a, b, record } = await group(storage);
      const { files, blobs, messages } = storage;
      const made = { name: 'x', mediaType: 'y', size: 3 };
      const file = await files.create({ owner: a, clientId: 'f', ...made });
      expect(await files.create({ owner: a, clientId: 'f', ...made })).toEqual(file);
      const wire = `f${file.id.toString(36)}`;
      await expect(messages.append(say(record.id, a, 'unfinished', wire))).rejects.toMatchObject({
        error: { code: 'not-found' },
      });
      const bytes = async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from('abc');
      };
      expect(await blobs.append(file.id, 0, bytes(), 3)).toBe(3);
      await expect(blobs.append(file.id, 0, bytes(), 3)).rejects.toThrow(RangeError);
      await expect(blobs.append(file.id, 3, bytes(), 0)).rejects.toThrow(RangeError);
      expect(await blobs.size(file.id)).toBe(3);
      const sha256 = await blobs.digest(file.id);
      const dimensions = { width: 3, height: 1 };
      await files.complete(file.id, { thumbnail: null, sha256, mediaType: 'image/png', dimensions });
      expect(await files.get(file.id)).toMatchObject({ sha256, mediaType: 'image/png', dimensions });
      await storage.directory.conversations.changeGroup(record.id, b, { type: 'accept' });
      expect(await files.mayRead(file.id, b)).toBe(false);
      const { seq } = await messages.append(say(record.id, a, 'sent', wire));
      // Said again, it is the same message; and what its sender said of the file is not what is told.
      expect(await messages.append(say(record.id, a, 'sent', wire))).toMatchObject({ seq, duplicate: true });
      const [told] = await messages.range(record.id, { limit: 1 }, a);
      expect(JSON.parse(told?.message ?? '{}')).toMatchObject({
        body: {
          attachments: [{ kind: 'image', mediaType: 'image/png', size: 3, sha256, width: 3, height: 1 }],
        },
      });
      expect(await files.mayRead(file.id, b)).toBe(true);
      expect(await files.removeOrphans(Number.MAX_SAFE_INTEGER)).toEqual([]);
      await messages.retract({ conversation: record.id, seq, by: a, members: 'joined' });
      expect(await files.mayRead(file.id, b)).toBe(false);
      expect(await files.removeOrphans(Number.MAX_SAFE_INTEGER)).toEqual([file.id]);
      await expect(
        files.create({ owner: a, clientId: 'large', ...made, size: 1_000_000 }),
      ).rejects.toMatchObject({ error: { code: 'full' } });
    });
  });
}
