import type { Place } from '../../contract/index.ts';
import type { ConversationId, Message, OrderKey } from '../../model/index.ts';
import { ranksBetween } from '../rank.ts';
import type { Transaction } from '../state/transaction.ts';
import { isPendingOrder, noteOrder, ownTail, provisionalReach, tailOf, withPrefix } from './placement.ts';

/**
 * Order keys for a page of an archive, whose order is the truth: rows that stand right keep their key, the others and the
 * new ones get keys between their neighbours. `existing` are the stored rows of the items, `null` for new ones.
 */
export async function pageOrders(
  transaction: Transaction,
  conversation: ConversationId,
  place: Place & { by: 'page' },
  existing: readonly (Message | null)[],
): Promise<readonly OrderKey[]> {
  const anchor = place.after === null ? null : transaction.messages.stable(conversation, place.after);
  if (anchor?.provisional) return pageOrdersBehind(transaction, anchor, place, existing);
  const bounds = await pageBounds(transaction, conversation, place, existing);
  const outside = await ordersOutside(transaction, conversation, bounds, existing);
  const orders: OrderKey[] = [];
  let low = bounds.low;
  let waiting = 0;
  const flush = (next: OrderKey | null): void => {
    // Rows that are not in the page keep their place, and no new row may take it.
    let high = next;
    for (const { order, said } of waiting === 0 ? [] : outside) {
      if ((low !== null && order <= low) || (next !== null && order >= next)) continue;
      if (!said) {
        high = order;
        break;
      }
      low = order;
    }
    const ranks = ranksBetween(
      low === null ? null : low.slice(1),
      high === null ? null : high.slice(1),
      waiting,
    );
    for (const rank of ranks) orders.push(withPrefix(rank));
    waiting = 0;
  };
  for (const row of existing) {
    const stands =
      row !== null &&
      !isPendingOrder(row.order) &&
      (low === null || row.order > low) &&
      (bounds.high === null || row.order < bounds.high);
    if (!stands) {
      waiting += 1;
      continue;
    }
    flush(row.order);
    orders.push(row.order);
    low = row.order;
  }
  flush(bounds.high);
  return orders;
}

/** A stored row that the page does not tell of. */
interface Stranger {
  readonly order: OrderKey;
  /** Whether it was said here. */
  readonly said: boolean;
}

/**
 * Whether a row was said here: no archive need have told of it, and it stands where it was said. What a page tells that was
 * not here then comes behind it.
 */
function isSaidHere({ direction, operation }: Message): boolean {
  return direction === 'out' && operation !== null;
}

/** Stored rows within the bounds that are not of the page, ascending. */
async function ordersOutside(
  transaction: Transaction,
  conversation: ConversationId,
  { low, high }: Bounds,
  existing: readonly (Message | null)[],
): Promise<readonly Stranger[]> {
  const inPage = new Set(existing.map((row) => row?.id));
  // Only rows of the page can have others between them.
  if (existing.every((row) => row === null)) return [];
  const at = low ?? withPrefix('');
  const reach = existing.length + provisionalReach;
  const { rows } = await transaction.store.timeline({ conversation, at, before: 0, after: reach });
  return rows
    .filter(
      ({ id, order }) =>
        !inPage.has(id) && order !== low && !isPendingOrder(order) && (high === null || order < high),
    )
    .map((row) => ({ order: row.order, said: isSaidHere(row) }));
}

/** The page says where its anchor belongs too, when that is known no better: right before the page. */
async function pageOrdersBehind(
  transaction: Transaction,
  anchor: Message,
  place: Place & { by: 'page' },
  existing: readonly (Message | null)[],
): Promise<readonly OrderKey[]> {
  const { conversation } = anchor;
  const [order, ...rest] = await pageOrders(transaction, conversation, { ...place, after: null }, [
    anchor,
    ...existing,
  ]);
  if (order !== undefined) {
    transaction.messages.put({ ...anchor, order, provisional: false });
    transaction.messages.moved.add(conversation);
    noteOrder(ownTail(transaction, conversation), order, false);
  }
  return rest;
}

interface Bounds {
  readonly low: OrderKey | null;
  readonly high: OrderKey | null;
}

/** Between which rows the page lies. What is not told follows from the page being contiguous. */
async function pageBounds(
  transaction: Transaction,
  conversation: ConversationId,
  place: Place & { by: 'page' },
  existing: readonly (Message | null)[],
): Promise<Bounds> {
  const inPage = new Set(existing.map((row) => row?.id));
  const rowBefore = async (at: OrderKey): Promise<OrderKey | null> => {
    const { rows } = await transaction.store.timeline({
      conversation,
      at,
      before: existing.length + 2,
      after: 0,
    });
    const found = rows.findLast(
      (row) => row.order !== at && !inPage.has(row.id) && !isPendingOrder(row.order),
    );
    return found?.order ?? null;
  };
  const after =
    place.after === null ? null : (transaction.messages.stable(conversation, place.after)?.order ?? null);
  const before =
    place.before === null ? null : (transaction.messages.stable(conversation, place.before)?.order ?? null);
  if (after !== null && before !== null) return { low: after, high: before };
  if (after !== null) return boundsAfter(transaction, conversation, after, inPage);
  if (before !== null) return { low: await rowBefore(before), high: before };
  const { last, lastSettled } = tailOf(transaction, conversation);
  if (lastSettled === null)
    return { low: null, high: await firstStranger(transaction, conversation, inPage) };
  const overlap = existing.find((row) => row !== null && !row.provisional && row.order <= lastSettled);
  // Nothing came behind what is settled, as in nearly every page of a catch-up: the store is not asked.
  const behind =
    last === lastSettled
      ? { low: lastSettled, high: null }
      : await boundsBehind(transaction, conversation, lastSettled, inPage);
  return overlap ? { ...behind, low: await rowBefore(overlap.order) } : behind;
}

/**
 * What lies behind the last row whose place is known. Rows of ours that no archive has told of stand where they were
 * said: what was missed comes behind them. The first other row came live, and later than what was missed.
 */
async function boundsBehind(
  transaction: Transaction,
  conversation: ConversationId,
  lastSettled: OrderKey,
  inPage: ReadonlySet<string | undefined>,
): Promise<Bounds> {
  const query = { conversation, at: lastSettled, before: 0, after: inPage.size + provisionalReach };
  const { rows } = await transaction.store.timeline(query);
  let low = lastSettled;
  for (const row of rows) {
    if (row.order <= lastSettled || inPage.has(row.id)) continue;
    if (isPendingOrder(row.order)) break;
    if (row.direction === 'in' || !row.provisional) return { low, high: row.order };
    low = row.order;
  }
  return { low, high: null };
}

/** What lies behind the neighbour of an open page: what was said here right behind it, and then the first other row. */
async function boundsAfter(
  transaction: Transaction,
  conversation: ConversationId,
  after: OrderKey,
  inPage: ReadonlySet<string | undefined>,
): Promise<Bounds> {
  const query = { conversation, at: after, before: 0, after: inPage.size + provisionalReach };
  const { rows } = await transaction.store.timeline(query);
  let low = after;
  let direct = true;
  for (const row of rows) {
    if (row.order <= after) continue;
    if (isPendingOrder(row.order)) break;
    if (inPage.has(row.id)) direct = false;
    else if (!isSaidHere(row)) return { low, high: row.order };
    else if (direct) low = row.order;
  }
  return { low, high: null };
}

async function firstStranger(
  transaction: Transaction,
  conversation: ConversationId,
  inPage: ReadonlySet<string | undefined>,
): Promise<OrderKey | null> {
  const { first } = await transaction.store.edges(conversation);
  if (first === null || isPendingOrder(first)) return null;
  const { rows } = await transaction.store.timeline({
    conversation,
    at: first,
    before: 0,
    after: inPage.size + 1,
  });
  return rows.find((row) => !inPage.has(row.id) && !isPendingOrder(row.order))?.order ?? null;
}
