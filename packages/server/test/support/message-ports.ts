import { describe, expect, it } from 'vitest';
import type { AccountId, ConversationId } from '../../src/ports/identifiers.ts';
import type { Storage } from '../../src/ports/storage.ts';
import type { OpenStorage } from './ports.ts';

/** Two people, their conversation, and how the first speaks in it. */
async function talk(storage: Storage): Promise<{
  a: AccountId;
  b: AccountId;
  conversation: ConversationId;
  say: (text: string) => Promise<{ seq: number; expiresAt: number | null }>;
}> {
  const { accounts, conversations } = storage.directory;
  const a = (await accounts.create({ user: 'a', name: 'a', passwordHash: 'x' })).id;
  const b = (await accounts.create({ user: 'b', name: 'b', passwordHash: 'x' })).id;
  const { id, members } = await conversations.direct(a, b);
  const say = (text: string) =>
    storage.messages.append({ conversation: id, sender: a, clientId: text, body: { text }, members });
  return { a, b, conversation: id, say };
}

/** What every implementation of the ports has to do about pins, the end of messages, and search; part of `ports.ts`. */
export function describeMessagePorts(name: string, open: OpenStorage): void {
  describe(`${name}: pins, expiry and search`, () => {
    it('pins for both, in one order, and only what is there', async () => {
      const storage = await open();
      const { a, b, conversation, say } = await talk(storage);
      const { conversations } = storage.directory;
      await Promise.all(['one', 'two'].map(say));
      await conversations.pin(conversation, b, 2, true);
      await conversations.pin(conversation, a, 1, true);
      expect(await conversations.get(conversation)).toMatchObject({ pins: [2, 1] });
      await expect(conversations.pin(conversation, a, 3, true)).rejects.toMatchObject({
        error: { code: 'not-found' },
      });
      await expect(conversations.pin(conversation, 999, 1, true)).rejects.toMatchObject({
        error: { code: 'not-found' },
      });
    });

    it('removes what is due and nothing else, and says what is next', async () => {
      const storage = await open();
      const { a, b, conversation, say } = await talk(storage);
      await say('stays');
      await storage.directory.conversations.setExpiry(conversation, b, 60_000);
      const { expiresAt } = await say('goes');
      const due = expiresAt ?? 0;
      expect(await storage.expiry.expire(due - 1)).toEqual({ removed: 0, next: due });
      expect(await storage.expiry.expire(due)).toEqual({ removed: 1, next: null });
      const left = await storage.messages.range(conversation, { limit: 10 }, a);
      expect(left.map(({ seq }) => seq)).toEqual([1]);
      expect(await storage.messages.lastSeq(conversation)).toBe(2);
      const { entries } = await storage.inbox.since(b, 0, 100, 1e6);
      expect(entries.map(({ position }) => position)).toEqual(entries.map((_, index) => index + 1));
      expect(entries.map(({ update }) => (JSON.parse(update) as { kind: string }).kind)).toEqual([
        'conversation',
        'message',
        'conversation-changed',
        'gone',
        'expired',
      ]);
    });

    it('finds for who is inside what they may see, and for others nothing', async () => {
      const storage = await open();
      const { a, b, conversation, say } = await talk(storage);
      await Promise.all(Array.from({ length: 450 }, (_, index) => say(`cats ${index}`)));
      const query = { text: 'cats', limit: 1000 };
      const found = await storage.search.find({ ...query, reader: b });
      expect(found.map(({ seq }) => seq)).toEqual(Array.from({ length: 450 }, (_, index) => 450 - index));
      expect(await storage.search.find({ ...query, reader: a, conversation, from: b })).toEqual([]);
      expect(await storage.search.find({ ...query, reader: 999 })).toEqual([]);
      await say('one more cats');
      expect(await storage.search.find({ ...query, reader: a, limit: 1 })).toMatchObject([{ seq: 451 }]);
    });
  });
}
