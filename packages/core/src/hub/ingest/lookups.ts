import type { Event, MessageIn } from '../../contract/index.ts';
import type { Conversation, ConversationId, Message, RemoteKey, Target } from '../../model/index.ts';
import type { MessageLookup } from '../../ports/index.ts';
import { knowsTail, loadTail } from './placement.ts';
import type { Ingest } from './scope.ts';

/**
 * Reads in one go all messages that these events may speak of, and the ends of the conversations that they append to, so
 * that taking them in needs no further reads. Conversations that do not exist yet have no messages to find.
 */
export async function prefetch(ingest: Ingest, events: readonly Event[]): Promise<void> {
  const { transaction } = ingest;
  const lookups: MessageLookup[] = [];
  const unread = new Set<ConversationId>();
  for (let index = 0; index < events.length; index += 1)
    collect(ingest, events[index] as Event, lookups, unread);
  if (lookups.length > 0) await transaction.messages.prefetch(lookups);
  for (const conversation of unread) await loadTail(transaction, conversation);
}

function collect(ingest: Ingest, event: Event, lookups: MessageLookup[], unread: Set<ConversationId>): void {
  if (event.type === 'operation') {
    const operation = ingest.transaction.operations.get(event.operation);
    if (operation?.message) lookups.push({ message: operation.message });
    return;
  }
  if (event.type === 'remove' && event.of === 'message') {
    const conversation = storedConversation(ingest, event.in);
    if (conversation) lookups.push({ conversation: conversation.id, stable: event.key });
    return;
  }
  if (event.type !== 'timeline' && event.type !== 'patch' && event.type !== 'marker') return;
  const conversation = storedConversation(ingest, event.conversation);
  if (conversation === undefined) {
    // It may be the one that a send of ours is still waiting in.
    if (event.type === 'timeline') for (const lookup of ownOperations(event)) lookups.push(lookup);
    return;
  }
  if (event.type === 'patch') lookups.push(lookup(conversation.id, event.target));
  else if (event.type === 'marker') lookups.push(lookup(conversation.id, event.upTo));
  else {
    if (!knowsTail(ingest.transaction, conversation.id)) unread.add(conversation.id);
    collectTimeline(conversation, event, lookups);
  }
}

/** The conversation of a key, unless this transaction makes it: then there is nothing of it to read. */
function storedConversation({ transaction, account }: Ingest, key: RemoteKey): Conversation | undefined {
  const conversation = transaction.conversationByKey(account.id, key);
  return conversation && transaction.store.holds(conversation.id) ? conversation : undefined;
}

function ownOperations(event: Event & { type: 'timeline' }): MessageLookup[] {
  return event.items.flatMap(({ operation, sender }) =>
    operation !== null && sender.self ? [{ operation }] : [],
  );
}

function collectTimeline(
  { id: conversation }: Conversation,
  event: Event & { type: 'timeline' },
  lookups: MessageLookup[],
): void {
  if (event.place.by === 'page') {
    if (event.place.after !== null) lookups.push({ conversation, stable: event.place.after });
    if (event.place.before !== null) lookups.push({ conversation, stable: event.place.before });
  }
  for (let index = 0; index < event.items.length; index += 1) {
    const item = event.items[index] as MessageIn;
    if (item.stable !== null) lookups.push({ conversation, stable: item.stable });
    if (item.claimed !== null) lookups.push({ conversation, sender: item.sender.key, claimed: item.claimed });
    if (item.operation !== null) lookups.push({ operation: item.operation });
    if (item.replyTo) lookups.push(lookup(conversation, item.replyTo.target));
    if (item.thread) lookups.push(lookup(conversation, item.thread.target));
  }
}

/** The lookup of what a network calls a message. */
export function lookup(conversation: ConversationId, target: Target): MessageLookup {
  return 'stable' in target
    ? { conversation, stable: target.stable }
    : { conversation, sender: target.sender, claimed: target.claimed };
}

/** Finds a prefetched message by what the network calls it. */
export function findTarget(
  { transaction }: Pick<Ingest, 'transaction'>,
  conversation: ConversationId,
  target: Target,
): Message | null {
  return 'stable' in target
    ? transaction.messages.stable(conversation, target.stable)
    : transaction.messages.claimed(conversation, target.sender, target.claimed);
}
