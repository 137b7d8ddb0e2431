import type { Message, MessageId, Operation, OperationBody, OperationId } from '../../model/index.ts';
import { NatterError, concealed, errorData, isFinal, mintId } from '../../model/index.ts';
import type { Transaction } from '../state/transaction.ts';
import type { Request } from './request.ts';
import { requirePicture } from './require-picture.ts';
import { requireSupport, requireYoung } from './require-support.ts';
import { writeMessage } from './write-message.ts';

/**
 * Puts an operation into the outbox. The same idempotency key gives the operation that there is; with another body it is a
 * `conflict`. What the network cannot do is refused here, before its adapter is asked.
 */
export async function enqueue(transaction: Transaction, request: Request): Promise<Operation> {
  const same = await knownOperation(transaction, request.key);
  if (same) return sameRequest(same, request);
  requireSupport(transaction, request);
  requirePicture(request.body);
  const target = await targetOf(transaction, request.body);
  requireYoung(transaction, request, target);
  const id = mintId('operation');
  const operation: Operation = {
    id,
    account: request.account,
    conversation: request.conversation,
    key: request.key,
    body: request.body,
    state: 'queued',
    attempt: 0,
    memo: null,
    after: await dependencies(transaction, request.body, target),
    message:
      request.body.type === 'send'
        ? writeMessage(transaction, request, id, request.body.draft)
        : (target?.id ?? null),
    error: null,
    createdAt: request.now,
    updatedAt: request.now,
    result: null,
  };
  transaction.putOperation(operation);
  return operation;
}

/** The operation that was asked for under an idempotency key. */
export async function knownOperation(transaction: Transaction, key: string): Promise<Operation | null> {
  return transaction.operationByKey(key) ?? (await transaction.store.findOperation({ key }));
}

function sameRequest(known: Operation, request: Request): Operation {
  const same =
    known.account === request.account &&
    known.conversation === request.conversation &&
    // What is final has forgotten its passwords.
    JSON.stringify(concealed(known.body)) === JSON.stringify(concealed(request.body));
  if (same) return known;
  throw new NatterError(
    errorData('conflict', 'this idempotency key was used for something else', { scope: 'operation' }),
  );
}

async function targetOf(transaction: Transaction, body: OperationBody): Promise<Message | null> {
  const id = subjectOf(body);
  if (id === null) return null;
  await transaction.messages.prefetch([{ message: id }]);
  const message = transaction.messages.get(id);
  if (message === null)
    throw new NatterError(errorData('not-found', 'no such message', { scope: 'message' }));
  return message;
}

function subjectOf(body: OperationBody): MessageId | null {
  if (body.type === 'mark-read') return body.upTo;
  if (body.type === 'room') return 'message' in body.change ? body.change.message : null;
  return 'message' in body ? body.message : null;
}

/** The sends that must be accepted first, because their messages are what this operation is about. */
async function dependencies(
  transaction: Transaction,
  body: OperationBody,
  target: Message | null,
): Promise<readonly OperationId[]> {
  const ids: MessageId[] =
    body.type === 'send' ? [body.draft.replyTo, body.draft.thread].filter((id) => id !== undefined) : [];
  await transaction.messages.prefetch(ids.map((message) => ({ message })));
  const messages = [...ids.map((id) => transaction.messages.get(id)), target];
  return messages.flatMap((message) => {
    const operation = message?.operation ? transaction.operations.get(message.operation) : undefined;
    return operation && !isFinal(operation.state) ? [operation.id] : [];
  });
}
