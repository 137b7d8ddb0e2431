import type { Destination, Methods } from '../../../client/index.ts';
import type { Conversation, Message, MessageId, Operation } from '../../../model/index.ts';
import { NatterError, errorData, supportOf } from '../../../model/index.ts';
import { moveReadPosition } from '../../ingest/unread.ts';
import { enqueue, knownOperation } from '../../outbox/enqueue.ts';
import { networkTarget } from '../../outbox/write-message.ts';
import { currentPerson } from '../../people/route.ts';
import type { Transaction } from '../../state/transaction.ts';
import type { ClientContext } from '../context.ts';
import { found } from '../context.ts';
import { messageView } from '../message-view.ts';
import { openDestination } from './conversations.ts';
import type { Answers } from './table.ts';

type Names = Extract<keyof Methods, `message.${string}`>;

/** Messages and what is done to them; each answer means that it is durable in the outbox. */
export function messageMethods(context: ClientContext): Answers<Names> {
  const { environment } = context;
  const { queue, now, profile, store } = environment;
  const onMessage = (
    id: MessageId,
    key: string,
    body: Extract<Operation['body'], { message: MessageId }>,
  ): Promise<{ operation: Operation['id'] }> =>
    queue.run(async (transaction) => {
      const message = await readMessage(transaction, id);
      const { account, conversation } = message;
      const operation = await enqueue(transaction, { key, account, conversation, body, now: now() });
      return { operation: operation.id };
    });
  return {
    'message.send': ({ key, to, draft }) =>
      queue.run(async (transaction) => {
        const body = { type: 'send', draft } as const;
        const conversation =
          (await sentBefore(transaction, key, to)) ??
          (await destinationOf(context, transaction, to, draft.replyTo));
        const operation = await enqueue(transaction, {
          key,
          account: conversation.account,
          conversation: conversation.id,
          body,
          now: now(),
        });
        return {
          operation: operation.id,
          message: found(operation.message, 'message', 'message'),
          conversation: conversation.id,
        };
      }),
    'message.edit': ({ key, message, content }) =>
      onMessage(message, key, { type: 'edit', message, content }),
    'message.retract': ({ key, message, reason }) =>
      onMessage(message, key, { type: 'retract', message, ...(reason === undefined ? {} : { reason }) }),
    'message.react': ({ key, message, reaction, on }) =>
      onMessage(message, key, { type: 'react', message, key: reaction, on }),
    'message.read': ({ key, conversation, upTo }) =>
      queue.run((transaction) => markRead(context, transaction, key, conversation, upTo)),
    'message.get': async ({ message }) => {
      const [row] = await store.findMessages([{ message }]);
      return messageView(profile, found(row, 'message', 'message'));
    },
  };
}

function answer({ id }: Operation): { operation: Operation['id'] } {
  return { operation: id };
}

async function readMessage(transaction: Transaction, id: MessageId): Promise<Message> {
  await transaction.messages.prefetch([{ message: id }]);
  return found(transaction.messages.get(id), 'message', 'message');
}

/**
 * Where a send to a person went when it was asked for before, under the same idempotency key: since then the route may
 * have changed with somebody's presence, and the caller must not be told of a conflict for that.
 */
async function sentBefore(
  transaction: Transaction,
  key: string,
  to: Destination,
): Promise<Conversation | null> {
  if (!('person' in to)) return null;
  const sent = await knownOperation(transaction, key);
  const there =
    sent?.conversation === undefined || sent.conversation === null
      ? undefined
      : transaction.conversations.get(sent.conversation);
  if (!there?.contact || (to.account !== undefined && to.account !== there.account)) return null;
  return currentPerson(transaction, to.person).contacts.includes(there.contact) ? there : null;
}

/** A reply to a person goes by the route the message came by; what it answers must be in the conversation it goes to. */
async function destinationOf(
  context: ClientContext,
  transaction: Transaction,
  to: Destination,
  replyTo: MessageId | undefined,
): Promise<Conversation> {
  if (replyTo === undefined) return openDestination(context, transaction, to);
  const replied = await readMessage(transaction, replyTo);
  const there = found(transaction.conversations.get(replied.conversation), 'conversation', 'conversation');
  if ('person' in to) {
    const person = currentPerson(transaction, to.person);
    const fits =
      there.contact !== null &&
      person.contacts.includes(there.contact) &&
      (to.account === undefined || to.account === there.account);
    if (fits) return there;
  } else if (openDestination(context, transaction, to).id === there.id) return there;
  throw new NatterError(
    errorData('invalid', 'the message that this answers is in another conversation', { scope: 'message' }),
  );
}

/** Our read position moves at once; the network is told when it can be. `null` when there is nothing to mark. */
async function markRead(
  context: ClientContext,
  transaction: Transaction,
  key: string,
  id: Conversation['id'],
  upTo?: MessageId,
): Promise<{ operation: Operation['id'] } | null> {
  const { now } = context.environment;
  const conversation = found(transaction.conversations.get(id), 'conversation', 'conversation');
  const message =
    upTo === undefined ? await newestIncoming(transaction, id) : await readMessage(transaction, upTo);
  if (message === null) return null;
  if (!(await moveReadPosition(transaction, id, message))) return null;
  if (networkTarget(message) === null || !isTold(context, conversation)) return null;
  return answer(
    await enqueue(transaction, {
      key,
      account: conversation.account,
      conversation: id,
      body: { type: 'mark-read', upTo: message.id },
      now: now(),
    }),
  );
}

/** Whether the network takes part in how far we have read: elsewhere the position is ours alone. */
function isTold({ environment: { profile } }: ClientContext, conversation: Conversation): boolean {
  const account = profile.statuses.get(conversation.account)?.capabilities;
  const capabilities = conversation.capabilities ?? account;
  if (!capabilities) return true;
  return (['read-marker', 'receipts-read'] as const).some((key) => supportOf(capabilities, key) !== 'none');
}

async function newestIncoming(
  transaction: Transaction,
  conversation: Conversation['id'],
): Promise<Message | null> {
  const { rows } = await transaction.store.timeline({ conversation, at: 'end', before: 200, after: 0 });
  return rows.findLast(({ direction }) => direction === 'in') ?? null;
}
