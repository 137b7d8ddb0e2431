import type { Outcome } from '../../contract/index.ts';
import type { AccountId, Message, Operation, OperationId, RemoteKey } from '../../model/index.ts';
import { isFinal } from '../../model/index.ts';
import { dropDouble } from '../ingest/double.ts';
import { isPendingOrder, loadTail, noteOrder, ownTail, tailOrder } from '../ingest/placement.ts';
import type { Transaction } from '../state/transaction.ts';
import { adoptConversation } from './born.ts';
import { applyOwnChange } from './own-change.ts';
import { placeUnsent } from './unsent.ts';

/**
 * Takes in how an operation ended, now or late. What is final stays, but for a better word about what nobody could tell,
 * and for a bounce: the network took a message and then could not bring it to anybody.
 */
export async function applyOutcome(
  transaction: Transaction,
  id: OperationId,
  outcome: Outcome,
  now: number,
  account: AccountId,
): Promise<void> {
  const operation = transaction.operations.get(id) ?? (await transaction.store.findOperation({ id }));
  if (!operation || operation.account !== account || !isBetter(operation, outcome)) return;
  const settled = adoptConversation(transaction, settledOperation(operation, outcome, now), outcome);
  const message = await messageOf(transaction, settled);
  if (isFinal(operation.state) && arrived(message)) return;
  transaction.putOperation(settled);
  transaction.log({ type: 'operation', operation: id });
  if (message === null) return;
  if (settled.body.type === 'send') {
    await settleMessage(transaction, message, settled, outcome);
    if (isFinal(settled.state)) await placeUnsent(transaction, settled.conversation ?? message.conversation);
  } else if (settled.state === 'accepted' || settled.state === 'unconfirmed') {
    applyOwnChange(transaction, message, settled, now);
  }
}

/** Whether an outcome says more than what is known of the operation. */
function isBetter({ state, body }: Operation, { result }: Outcome): boolean {
  if (!isFinal(state)) return true;
  if (state === 'unconfirmed') return result !== 'unknown' && result !== 'not-sent';
  return state === 'accepted' && result === 'refused' && body.type === 'send';
}

/** A message that somebody has received did not bounce, whoever says so. */
function arrived(message: Message | null): boolean {
  return message?.delivery === 'delivered' || message?.delivery === 'read';
}

async function messageOf(transaction: Transaction, { message }: Operation): Promise<Message | null> {
  if (message === null) return null;
  await transaction.messages.prefetch([{ message }]);
  return transaction.messages.get(message);
}

function settledOperation(operation: Operation, outcome: Outcome, now: number): Operation {
  const next = { ...operation, updatedAt: now };
  switch (outcome.result) {
    case 'accepted':
      return { ...next, state: 'accepted', error: null, result: outcome.data ?? null };
    case 'unconfirmed':
      return { ...next, state: 'unconfirmed', error: null };
    case 'refused':
      return { ...next, state: 'refused', error: outcome.error };
    case 'not-sent':
      return { ...next, state: 'queued', error: outcome.error };
    case 'unknown':
      return { ...next, state: 'unknown', error: outcome.error };
    default:
      outcome satisfies never;
      return next;
  }
}

async function settleMessage(
  transaction: Transaction,
  message: Message,
  operation: Operation,
  outcome: Outcome,
): Promise<void> {
  const settled = {
    ...message,
    conversation: operation.conversation ?? message.conversation,
    ...deliveryOf(message, operation),
  };
  const named = 'refs' in outcome ? await nameMessage(transaction, settled, outcome.refs) : settled;
  const claimed = 'claimed' in outcome ? outcome.claimed : undefined;
  if (claimed !== undefined && claimed !== message.claimed) {
    transaction.keepMessageAlias(named.conversation, named.sender.key, claimed, named.id);
  }
  transaction.messages.put(await placeMessage(transaction, named, operation));
  transaction.log({ type: 'message', what: 'delivery', message: message.id });
}

function deliveryOf(message: Message, { state, error }: Operation): Pick<Message, 'delivery' | 'error'> {
  const arrived = message.delivery === 'delivered' || message.delivery === 'read';
  if (arrived) return { delivery: message.delivery, error: null };
  switch (state) {
    case 'accepted':
      return { delivery: 'sent', error: null };
    case 'unconfirmed':
      return { delivery: 'unconfirmed', error };
    case 'refused':
    case 'cancelled':
      return { delivery: 'failed', error };
    case 'queued':
      return { delivery: 'queued', error };
    case 'sending':
    case 'unknown':
      return { delivery: 'sending', error };
    default:
      state satisfies never;
      return { delivery: message.delivery, error };
  }
}

/** Takes over the network's names; a row that an echo made before we could know that it is ours is dropped for this one. */
async function nameMessage(
  transaction: Transaction,
  message: Message,
  refs: readonly RemoteKey[],
): Promise<Message> {
  const [first, ...rest] = refs;
  let named = message;
  if (first !== undefined && message.stable === null) {
    await transaction.messages.prefetch([{ conversation: message.conversation, stable: first }]);
    const double = transaction.messages.stable(message.conversation, first);
    const isDouble = double !== null && double.id !== message.id;
    // Somebody else's message is no echo of ours, whatever the answer says.
    if (isDouble && double.direction === 'in') return named;
    if (isDouble)
      named = {
        ...dropDouble(transaction, named, double),
        order: double.order,
        provisional: double.provisional,
      };
    named = { ...named, stable: first };
  }
  for (const key of rest) {
    if (named.parts.includes(key)) continue;
    transaction.keepMessageAlias(named.conversation, null, key, named.id);
    named = { ...named, parts: [...named.parts, key] };
  }
  return named;
}

/** What the network has taken leaves the waiting rows; where the network has a total order, its echo says where to. */
async function placeMessage(
  transaction: Transaction,
  message: Message,
  operation: Operation,
): Promise<Message> {
  const { profile } = transaction;
  const handedOver = operation.state === 'accepted' || operation.state === 'unconfirmed';
  const total = profile.statuses.get(operation.account)?.capabilities.order === 'total';
  if (!handedOver || !isPendingOrder(message.order) || total) return message;
  await loadTail(transaction, message.conversation);
  // Where the network has put it among what others say is not known before its echo or the archive tells.
  const tail = ownTail(transaction, message.conversation);
  const placed = { ...message, order: tailOrder(tail), provisional: true };
  noteOrder(tail, placed.order, placed.provisional);
  return placed;
}
