import type { Message, Operation, OperationId } from '../../model/index.ts';
import { NatterError, errorData, isFinal } from '../../model/index.ts';
import { pendingOrder } from '../ingest/placement.ts';
import type { Transaction } from '../state/transaction.ts';
import { placeUnsent } from './unsent.ts';

/**
 * Takes back an operation that no byte of has left, or takes note of one that was refused, which leaves the outbox then;
 * whether that was possible.
 */
export async function cancelOperation(
  transaction: Transaction,
  id: OperationId,
  now: number,
): Promise<boolean> {
  const operation = await find(transaction, id);
  if (operation.state !== 'queued' && operation.state !== 'refused') return false;
  transaction.putOperation({ ...operation, state: 'cancelled', updatedAt: now });
  transaction.log({ type: 'operation', operation: id });
  // Its message says already what became of it, and why.
  if (operation.state === 'refused') return true;
  const message = await setDelivery(transaction, operation, 'failed');
  if (message !== null) await placeUnsent(transaction, message.conversation);
  return true;
}

/** Puts an operation that ended without success back into the outbox, by the user's wish and at the user's risk. */
export async function retryOperation(
  transaction: Transaction,
  id: OperationId,
  now: number,
): Promise<Operation> {
  const operation = await find(transaction, id);
  if (operation.state === 'accepted') {
    throw new NatterError(errorData('conflict', 'it was sent already', { scope: 'operation' }));
  }
  // It is in the outbox, and perhaps with the network at this moment: asking twice must not send twice.
  if (!isFinal(operation.state)) return operation;
  if (lacksPassword(operation))
    throw new NatterError(
      errorData('secret', 'its password was not kept: ask for it anew', { scope: 'operation' }),
    );
  const again: Operation = { ...operation, state: 'queued', error: null, updatedAt: now };
  transaction.putOperation(again);
  transaction.log({ type: 'operation', operation: id });
  const message = await setDelivery(transaction, operation, 'queued');
  // It is said anew: behind what was said meanwhile, unless the network may have it after all.
  if (message !== null && operation.state !== 'unconfirmed') {
    const order = pendingOrder(now, transaction.profile.nextSerial());
    transaction.messages.put({ ...message, order, provisional: false });
  }
  return again;
}

/** Ended, an operation is stored without its password. */
function lacksPassword({ body }: Operation): boolean {
  if (body.type === 'profile') return body.change.action === 'password';
  return body.type === 'room' && body.change.action === 'join' && body.change.password === '';
}

async function find(transaction: Transaction, id: OperationId): Promise<Operation> {
  const known = transaction.operations.get(id) ?? (await transaction.store.findOperation({ id }));
  if (known) return known;
  throw new NatterError(errorData('not-found', 'no such operation', { scope: 'operation' }));
}

async function setDelivery(
  transaction: Transaction,
  operation: Operation,
  delivery: 'queued' | 'failed',
): Promise<Message | null> {
  if (operation.message === null || operation.body.type !== 'send') return null;
  await transaction.messages.prefetch([{ message: operation.message }]);
  const message = transaction.messages.get(operation.message);
  if (!message) return null;
  const settled: Message = { ...message, delivery, error: null };
  transaction.messages.put(settled);
  transaction.log({ type: 'message', what: 'delivery', message: message.id });
  return settled;
}
