import type { StatementSync } from 'node:sqlite';
import { memberOf } from '../groups/group.ts';
import { requireRank } from '../groups/transition.ts';
import type { ConversationRecord } from '../ports/conversations.ts';
import type { AccountId, ConversationId } from '../ports/identifiers.ts';
import { Refusal } from '../ports/refusal.ts';
import { conversationWireId } from '../wire-ids.ts';
import type { ConversationParts } from './conversations.ts';

/** Messages of one conversation that can be pinned at a time. */
const mostPins = 50;

/** What the members of a conversation have set for it: how long messages stay, and which are pinned. */
export class ConversationSettings {
  readonly #parts: ConversationParts;
  readonly #setExpiry: StatementSync;
  readonly #message: StatementSync;
  readonly #pin: StatementSync;
  readonly #unpin: StatementSync;

  constructor(parts: ConversationParts) {
    this.#parts = parts;
    const { database } = parts;
    this.#setExpiry = database.prepare('UPDATE conversation SET expiry = ? WHERE id = ?');
    this.#message = database.prepare(
      'SELECT body FROM message WHERE conversation = ? AND seq = ? AND gone = 0',
    );
    this.#pin = database.prepare(
      'INSERT INTO pin (conversation, seq, place) SELECT ?1, ?2, coalesce(max(place), 0) + 1 FROM pin WHERE conversation = ?1',
    );
    this.#unpin = database.prepare('DELETE FROM pin WHERE conversation = ? AND seq = ?');
  }

  setExpiry(id: ConversationId, by: AccountId, expiry: number | null): Promise<void> {
    return this.#parts.journal.write(() => {
      const { record } = this.#require(id, by, 'Only the owner and admins set how long messages stay.');
      if (record.expiry === expiry) return;
      this.#setExpiry.run(expiry, id);
      this.#parts.records.forget(id);
      for (const member of record.members)
        this.#parts.updates.append(member, { ...head(this.#parts, id, by), expiry: expiry ?? 0 });
    });
  }

  pin(id: ConversationId, by: AccountId, seq: number, on: boolean): Promise<void> {
    return this.#parts.journal.write(() => {
      const { record, hiddenUpTo } = this.#require(id, by, 'Only the owner and admins pin messages.');
      const message = seq > hiddenUpTo ? this.#message.get(id, seq) : undefined;
      if (message === undefined) throw new Refusal('not-found', 'There is no such message.');
      if (record.pins.includes(seq) === on) return;
      if (on && message['body'] === null) throw new Refusal('forbidden', 'The message was taken back.');
      if (on && record.pins.length >= mostPins)
        throw new Refusal('full', `A conversation has ${mostPins} pins at most; take one away first.`);
      if (on) this.#pin.run(id, seq);
      else this.#unpin.run(id, seq);
      this.#parts.records.forget(id);
      tellPins(this.#parts, id, by);
    });
  }

  #require(
    id: ConversationId,
    by: AccountId,
    message: string,
  ): { readonly record: ConversationRecord; readonly hiddenUpTo: number } {
    const record = this.#parts.records.current(id);
    if (record === null || !record.members.includes(by))
      throw new Refusal('not-found', 'There is no such conversation.');
    const member = record.group === null ? undefined : memberOf(record.group, by);
    if (member !== undefined) requireRank(member, 'admin', message);
    return { record, hiddenUpTo: member?.hiddenUpTo ?? 0 };
  }
}

/** Tells everybody inside which messages are pinned now: of those, the ones that they may see. */
export function tellPins(
  parts: Pick<ConversationParts, 'records' | 'updates' | 'addresses' | 'clock'>,
  id: ConversationId,
  by: AccountId,
): void {
  const record = parts.records.current(id);
  for (const member of record?.members ?? []) {
    const hiddenUpTo = record?.group ? (memberOf(record.group, member)?.hiddenUpTo ?? 0) : 0;
    const pins = record?.pins.filter((seq) => seq > hiddenUpTo) ?? [];
    parts.updates.append(member, { ...head(parts, id, by), pins });
  }
}

function head(
  { addresses, clock }: Pick<ConversationParts, 'addresses' | 'clock'>,
  id: ConversationId,
  by: AccountId,
): { kind: string; conversation: string; by: string; time: number } {
  return {
    kind: 'conversation-changed',
    conversation: conversationWireId(id),
    by: addresses.of(by),
    time: clock(),
  };
}
