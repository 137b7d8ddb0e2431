import type { Operation, OperationId } from '../../model/index.ts';
import { isFinal } from '../../model/index.ts';
import type { Transaction } from '../state/transaction.ts';

/** Marks an operation as handed to the network once more; `null` when it was cancelled meanwhile. */
export async function markSending(
  transaction: Transaction,
  id: OperationId,
  now: number,
): Promise<Operation | null> {
  const operation = transaction.operations.get(id);
  if (!operation || isFinal(operation.state)) return null;
  const sending: Operation = {
    ...operation,
    state: 'sending',
    attempt: operation.attempt + 1,
    updatedAt: now,
  };
  transaction.putOperation(sending);
  if (sending.message !== null && sending.body.type === 'send') await markMessage(transaction, sending);
  return sending;
}

/** The message says so too, and carries the name by which the network knows us by now. */
async function markMessage(transaction: Transaction, operation: Operation): Promise<void> {
  if (operation.message === null) return;
  await transaction.messages.prefetch([{ message: operation.message }]);
  const message = transaction.messages.get(operation.message);
  if (!message || message.delivery !== 'queued') return;
  const self = transaction.accounts.get(operation.account)?.self ?? message.sender.key;
  transaction.messages.put({ ...message, delivery: 'sending', sender: { ...message.sender, key: self } });
}
