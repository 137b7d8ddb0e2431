import type { MessageIn, Sender } from '../../contract/index.ts';
import type {
  Conversation,
  ConversationId,
  Message,
  MessageReference,
  OrderKey,
  Participant,
  Target,
} from '../../model/index.ts';
import { mintId } from '../../model/index.ts';
import type { OwnTail } from '../state/message-names.ts';
import { ensureContact } from './contact.ts';
import { findTarget } from './lookups.ts';
import { safeContent } from './safe-content.ts';
import type { Ingest } from './scope.ts';

/** Most messages have none of these; rows are never changed in place, so all of them can share one. */
const none: readonly never[] = Object.freeze([]);
const noReceipts: Message['receipts'] = Object.freeze({});

/** The last millisecond of which there is a Date (ECMA-262, 21.4.1.1). */
const latestDate = 8.64e15;

/** Where the messages of one event go. */
export interface Destination {
  readonly conversation: Conversation;
  readonly tail: OwnTail;
  /** See {@link Message.provisional}. */
  readonly provisional: boolean;
}

/** The row of a message that is seen for the first time. */
export function newMessage(
  ingest: Ingest,
  { conversation, tail, provisional }: Destination,
  item: MessageIn,
  order: OrderKey,
): Message {
  const { sender } = item;
  const claimed =
    item.claimed !== null && isFree(ingest, conversation.id, sender, item.claimed) ? item.claimed : null;
  return {
    id: mintId('message'),
    account: ingest.account.id,
    conversation: conversation.id,
    order,
    provisional,
    direction: sender.self ? 'out' : 'in',
    sender: (tail.speaker = participantOf(ingest, sender, tail.speaker)),
    stable: item.stable,
    claimed,
    parts: none,
    content: safeContent(item.content),
    replyTo: item.replyTo ? reference(ingest, conversation.id, item.replyTo) : null,
    thread: item.thread ? reference(ingest, conversation.id, item.thread) : null,
    mentioned: mentionsUs(ingest, item),
    mentions: item.mentions ?? none,
    edited: null,
    retracted: null,
    reactions: none,
    // A sender may write any number: one that is no date is no time at all.
    sentAt: item.sentAt !== null && Math.abs(item.sentAt) <= latestDate ? item.sentAt : null,
    receivedAt: item.receivedAt,
    trust: item.trust,
    delivery: sender.self ? 'sent' : null,
    receipts: noReceipts,
    operation: null,
    error: null,
  };
}

/** A sender who uses one id for two messages keeps both; only the first is found by that id. */
function isFree(
  { transaction }: Ingest,
  conversation: ConversationId,
  sender: Sender,
  claimed: string,
): boolean {
  return transaction.messages.claimed(conversation, sender.key, claimed) === null;
}

/** Who spoke: the one who spoke before, as a rule. A proven contact that we have not met yet is made. */
function participantOf(ingest: Ingest, sender: Sender, before: Participant | null): Participant {
  const { key, self, contact, name, proof } = sender;
  if (before?.key === key && isSame(ingest, before, sender)) return before;
  return {
    key,
    self,
    contact: contact === null || self ? null : ensureContact(ingest, contact, name).id,
    name,
    proof,
  };
}

function isSame(
  { transaction }: Ingest,
  before: Participant,
  { self, contact, name, proof }: Sender,
): boolean {
  if (before.self !== self || before.name !== name || before.proof !== proof) return false;
  const known = before.contact === null ? null : transaction.contacts.get(before.contact)?.key;
  return known === (self ? null : contact);
}

/** Whether a message mentions us: as the network says, else by our own key. */
export function mentionsUs(
  { account }: Ingest,
  { mentioned, mentions }: Pick<MessageIn, 'mentioned' | 'mentions'>,
): boolean {
  return mentioned ?? (account.self !== null && mentions?.includes(account.self) === true);
}

function reference(
  ingest: Ingest,
  conversation: ConversationId,
  { target, quote }: { target: Target; quote?: string },
): MessageReference {
  const message = findTarget(ingest, conversation, target)?.id ?? null;
  return { target, message, ...(quote === undefined ? {} : { quote }) };
}
