import type { Draft, Message, MessageId, MessageReference, OperationId, Target } from '../../model/index.ts';
import { NatterError, errorData, mintId, remoteKey } from '../../model/index.ts';
import { pendingOrder } from '../ingest/placement.ts';
import type { Transaction } from '../state/transaction.ts';
import type { Request } from './request.ts';

/** Shows a message from the moment it is written. */
export function writeMessage(
  transaction: Transaction,
  request: Request,
  operation: OperationId,
  draft: Draft,
): MessageId {
  const account = transaction.accounts.get(request.account);
  const conversation =
    request.conversation === null ? undefined : transaction.conversations.get(request.conversation);
  if (!account || !conversation)
    throw new NatterError(errorData('not-found', 'no such conversation', { scope: 'conversation' }));
  const id = mintId('message');
  transaction.messages.put({
    id,
    account: account.id,
    conversation: conversation.id,
    order: pendingOrder(request.now, transaction.profile.nextSerial()),
    provisional: false,
    direction: 'out',
    sender: {
      key: account.self ?? remoteKey(account.address),
      self: true,
      contact: null,
      name: account.name,
      proof: 'account',
    },
    stable: null,
    claimed: operation,
    parts: [],
    content: draft.content,
    replyTo: reference(transaction, draft.replyTo),
    thread: reference(transaction, draft.thread),
    mentioned: false,
    mentions: draft.mentions ?? [],
    edited: null,
    retracted: null,
    reactions: [],
    sentAt: request.now,
    receivedAt: request.now,
    trust: 'none',
    delivery: 'queued',
    receipts: {},
    operation,
    error: null,
  });
  transaction.log({ type: 'message', what: 'new', message: id });
  const now = transaction.conversations.get(conversation.id) ?? conversation;
  transaction.putConversation({
    ...now,
    lastMessage: id,
    lastActivity: Math.max(now.lastActivity, request.now),
  });
  return id;
}

function reference(transaction: Transaction, id: MessageId | undefined): MessageReference | null {
  const row = id === undefined ? null : transaction.messages.get(id);
  if (row === null) return null;
  return {
    target: networkTarget(row) ?? { claimed: row.id, sender: row.sender.key },
    message: row.id,
    quote: row.content.text,
  };
}

/** What the network calls a message; `null` while it has no name yet. */
export function networkTarget(message: Message): Target | null {
  if (message.stable !== null) return { stable: message.stable };
  return message.claimed === null ? null : { claimed: message.claimed, sender: message.sender.key };
}
