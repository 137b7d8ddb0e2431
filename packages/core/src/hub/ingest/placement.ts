import type { ConversationId, Message, OrderKey } from '../../model/index.ts';
import { firstRank, rankAfter } from '../rank.ts';
import type { Tail } from '../state/profile.ts';
import type { OwnTail } from '../state/message-names.ts';
import type { Transaction } from '../state/transaction.ts';

/** Rows that the network has or may have come before rows that still wait in the outbox. */
const sharedPrefix = '1';
const pendingPrefix = '2';

/** The order key of a row whose network gave it one. */
export function networkOrder(key: OrderKey): OrderKey {
  return `${sharedPrefix}${key}` as OrderKey;
}

/** The order key of a row that waits in the outbox: behind everything, in the order of writing. */
export function pendingOrder(now: number, serial: number): OrderKey {
  return `${pendingPrefix}${now.toString(36).padStart(9, '0')}${serial.toString(36).padStart(4, '0')}` as OrderKey;
}

/** Whether a row still waits in the outbox. */
export function isPendingOrder(order: OrderKey): boolean {
  return order.startsWith(pendingPrefix);
}

/** Before everything that a network may have. */
const beforeAll = `${sharedPrefix}${'0'.repeat(32)}`;

/**
 * The order key of a row of ours that nobody will ever send: right behind the row that is last, before what comes behind
 * that, and in the order of writing among its like. No key of a network begins with another of its keys.
 */
export function unsentOrder(last: OrderKey | null, pending: OrderKey): OrderKey {
  return `${last ?? beforeAll}${pending.slice(pendingPrefix.length)}` as OrderKey;
}

/** The tail of a conversation, as far as it was prefetched; empty for a new conversation. */
export function tailOf(transaction: Transaction, conversation: ConversationId): Tail {
  return (
    transaction.messages.tail(conversation) ??
    transaction.profile.tails.get(conversation) ?? { last: null, lastSettled: null, speaker: null }
  );
}

/** How far back a provisional stretch is looked through when rows of the outbox stand behind it. */
export const provisionalReach = 1000;

/** Whether the tail of a conversation is known; else {@link loadTail} reads it. */
export function knowsTail(transaction: Transaction, conversation: ConversationId): boolean {
  return transaction.messages.tail(conversation) !== null || transaction.profile.tails.has(conversation);
}

/** Reads the tail of a conversation from the store, once; rows that wait in the outbox are not part of it. */
export async function loadTail(transaction: Transaction, conversation: ConversationId): Promise<void> {
  if (knowsTail(transaction, conversation)) return;
  const { last, lastSettled } = await transaction.store.edges(conversation);
  if (last === null || !isPendingOrder(last)) {
    transaction.messages.setTail(conversation, { last, lastSettled, speaker: null });
    return;
  }
  const at = pendingPrefix as OrderKey;
  const { rows } = await transaction.store.timeline({ conversation, at, before: provisionalReach, after: 0 });
  const settled = rows.findLast(({ provisional }) => !provisional);
  transaction.messages.setTail(conversation, {
    last: rows.at(-1)?.order ?? null,
    lastSettled: settled?.order ?? null,
    speaker: null,
  });
}

/** The stored rows that wait in the outbox, in the order of writing. */
export async function waitingRows(
  transaction: Transaction,
  conversation: ConversationId,
): Promise<readonly Message[]> {
  const at = pendingPrefix as OrderKey;
  const { rows } = await transaction.store.timeline({ conversation, at, before: 0, after: provisionalReach });
  return rows;
}

/** The tail of a conversation, for this transaction to move. */
export function ownTail(transaction: Transaction, conversation: ConversationId): OwnTail {
  const known = transaction.messages.tail(conversation);
  if (known !== null) return known;
  const tail = { ...tailOf(transaction, conversation) };
  transaction.messages.setTail(conversation, tail);
  return tail;
}

/** Remembers a row that may be the newest. */
export function noteOrder(tail: OwnTail, order: OrderKey, provisional: boolean): void {
  if (isPendingOrder(order)) return;
  if (tail.last === null || order > tail.last) tail.last = order;
  if (!provisional && (tail.lastSettled === null || order > tail.lastSettled)) tail.lastSettled = order;
}

/** An order key behind everything that the network has. */
export function tailOrder({ last }: Tail): OrderKey {
  return withPrefix(last === null ? firstRank() : rankAfter(last.slice(1)));
}

/** The order key of a rank of ours. */
export function withPrefix(rank: string): OrderKey {
  return `${sharedPrefix}${rank}` as OrderKey;
}
