import type { Place } from '../../contract/index.ts';
import type { ConversationId, Message, OrderKey } from '../../model/index.ts';
import { ranksBetween } from '../rank.ts';
import type { Transaction } from '../state/transaction.ts';
import { isPendingOrder, noteOrder, provisionalReach, tailOf, withPrefix } from './placement.ts';

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
    const stranger = outside.find((order) => low === null || order > low);
    const high = stranger !== undefined && (next === null || stranger < next) ? stranger : next;
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

/** The order keys, ascending, of stored rows within the bounds that are not of the page. */
async function ordersOutside(
  transaction: Transaction,
  conversation: ConversationId,
  { low, high }: Bounds,
  existing: readonly (Message | null)[],
): Promise<readonly OrderKey[]> {
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
    .map(({ order }) => order);
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
    noteOrder(transaction, conversation, order, false);
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
  const neighbour = async (at: 'end' | OrderKey, side: 'before' | 'after'): Promise<OrderKey | null> => {
    const reach = existing.length + 2;
    const { rows } = await transaction.store.timeline({
      conversation,
      at,
      before: side === 'before' ? reach : 0,
      after: side === 'after' ? reach : 0,
    });
    const near = side === 'before' ? rows.toReversed() : rows;
    // A row that this transaction has moved meanwhile stands where the transaction says.
    const found = near.find((row) => row.order !== at && !inPage.has(row.id) && !isPendingOrder(row.order));
    return found?.order ?? null;
  };
  const after =
    place.after === null ? null : (transaction.messages.stable(conversation, place.after)?.order ?? null);
  const before =
    place.before === null ? null : (transaction.messages.stable(conversation, place.before)?.order ?? null);
  if (after !== null) return { low: after, high: before ?? (await neighbour(after, 'after')) };
  if (before !== null) return { low: await neighbour(before, 'before'), high: before };
  const { lastSettled } = tailOf(transaction, conversation);
  if (lastSettled === null)
    return { low: null, high: await firstStranger(transaction, conversation, inPage) };
  const overlap = existing.find((row) => row !== null && !row.provisional && row.order <= lastSettled);
  const behind = await boundsBehind(transaction, conversation, lastSettled, inPage);
  return overlap ? { ...behind, low: await neighbour(overlap.order, 'before') } : behind;
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
