import type { ConversationId, Message } from '../../model/index.ts';
import { isPendingOrder, loadTail, tailOf, unsentOrder, waitingRows } from '../ingest/placement.ts';
import type { Transaction } from '../state/transaction.ts';

/**
 * What will never be sent stays where it was written: it leaves the waiting rows, which stand behind whatever comes. Where an
 * earlier one still waits, it waits for that one's place. Called when a row of ours got its outcome or its place.
 */
export async function placeUnsent(transaction: Transaction, conversation: ConversationId): Promise<void> {
  const waiting = await waitingOf(transaction, conversation);
  const first = waiting.findIndex(({ delivery }) => delivery !== 'failed');
  const unsent = first === -1 ? waiting : waiting.slice(0, first);
  const left = waiting.slice(unsent.length).some(({ delivery }) => delivery === 'failed');
  const { unsentBehind } = transaction.profile;
  transaction.later(() => (left ? unsentBehind.add(conversation) : unsentBehind.delete(conversation)));
  if (unsent.length === 0) return;
  await loadTail(transaction, conversation);
  const { last } = tailOf(transaction, conversation);
  for (const row of unsent)
    transaction.messages.put({ ...row, order: unsentOrder(last, row.order), provisional: true });
}

/** The waiting rows of a conversation in the order of writing, as this transaction leaves them. */
async function waitingOf(transaction: Transaction, conversation: ConversationId): Promise<Message[]> {
  const rows = new Map<Message['id'], Message>();
  for (const row of await waitingRows(transaction, conversation)) rows.set(row.id, row);
  for (const row of transaction.messages.written()) rows.set(row.id, row);
  for (const { id } of transaction.messages.removed()) rows.delete(id);
  return [...rows.values()]
    .filter((row) => row.conversation === conversation && isPendingOrder(row.order))
    .sort((a, b) => (a.order < b.order ? -1 : 1));
}
