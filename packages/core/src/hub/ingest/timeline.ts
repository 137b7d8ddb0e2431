import type { MessageIn, TimelineEvent } from '../../contract/index.ts';
import type { Contact, Conversation, Message, OrderKey } from '../../model/index.ts';
import { acceptEcho, echoedMessage } from '../outbox/echo.ts';
import { placeUnsent } from '../outbox/unsent.ts';
import { isTakenFromContact, isTakenFromConversation } from './borrowed-names.ts';
import { ensureContact } from './contact.ts';
import { ensureConversation } from './conversation.ts';
import { mergeMessage } from './message-merge.ts';
import { newMessage } from './message-new.ts';
import type { Destination } from './message-new.ts';
import { adoptOrphans, awaitReferences } from './orphans.ts';
import { pageOrders } from './page-placement.ts';
import { networkOrder, noteOrder, ownTail, tailOrder } from './placement.ts';
import type { Ingest } from './scope.ts';
import { changeCounts } from './unread.ts';
import { arrivals, noteArrival, storeArrivals } from './arrivals.ts';

/** Takes in messages of one conversation, oldest first. Returns a promise only when it has to read more. */
export function ingestTimeline(ingest: Ingest, event: TimelineEvent): Promise<void> | void {
  const conversation = knownConversation(ingest, event) ?? meet(ingest, event);
  if (event.place.by === 'page') return ingestPage(ingest, conversation, event, event.place);
  ingestItems(
    ingest,
    conversation,
    event,
    event.place.by === 'key' ? event.place.keys.map(networkOrder) : null,
  );
  return adopt(ingest, conversation, event);
}

/** Found by a key that it left, it is another one, unless what is told of it is here already. */
function knownConversation(ingest: Ingest, event: TimelineEvent): Conversation | undefined {
  const found = ingest.transaction.conversationByKey(ingest.account.id, event.conversation);
  if (!found || !isTakenFromConversation(ingest, found, event.conversation)) return found;
  return isToldOf(ingest, found, event) ? found : undefined;
}

/** Whether something that is told is stored in this conversation. */
function isToldOf(ingest: Ingest, conversation: Conversation, { items }: TimelineEvent): boolean {
  return items.some((item) => findExisting(ingest, conversation, item) !== null);
}

async function ingestPage(
  ingest: Ingest,
  conversation: Conversation,
  event: TimelineEvent,
  place: PagePlace,
): Promise<void> {
  ingestItems(ingest, conversation, event, await ordersOfPage(ingest, conversation, place, event.items));
  await adopt(ingest, conversation, event);
}

/** What waited for these messages: changes of them and answers to them that came before, and rows that will never be sent. */
function adopt(ingest: Ingest, { id }: Conversation, { items }: TimelineEvent): Promise<void> | void {
  const { orphaned, unsentBehind } = ingest.transaction.profile;
  const waits = orphaned.has(id) || ingest.transaction.orphans.size > 0;
  const adopted = waits ? adoptOrphans(ingest, id, items) : undefined;
  return unsentBehind.has(id) ? placeBehind(ingest, id, adopted) : adopted;
}

async function placeBehind(
  { transaction }: Ingest,
  id: Conversation['id'],
  adopted: Promise<void> | undefined,
): Promise<void> {
  await adopted;
  await placeUnsent(transaction, id);
}

/** `orders` are the places of the items, `null` where each goes to the tail. */
function ingestItems(
  ingest: Ingest,
  conversation: Conversation,
  event: TimelineEvent,
  orders: readonly OrderKey[] | null,
): void {
  const { transaction } = ingest;
  const arrived = arrivals(conversation);
  const provisional = isProvisional(ingest, event);
  const tail = ownTail(transaction, conversation.id);
  const destination = { conversation, tail, provisional };
  for (let index = 0; index < event.items.length; index += 1) {
    const item = event.items[index] as MessageIn;
    const row = findExisting(ingest, conversation, item);
    const order = orders?.[index] ?? null;
    const message =
      row === null ? insert(ingest, destination, item, order) : merge(ingest, row, item, order, provisional);
    noteOrder(tail, message.order, message.provisional);
    if (row === null) noteArrival(arrived, message, ingest);
    if (row === null && ingest.news) transaction.log({ type: 'message', what: 'new', message: message.id });
  }
  storeArrivals(transaction, arrived);
}

type PagePlace = Extract<TimelineEvent['place'], { by: 'page' }>;

/** Where the items of an archive page belong, the stored ones among them included. */
function ordersOfPage(
  ingest: Ingest,
  conversation: Conversation,
  place: PagePlace,
  items: readonly MessageIn[],
): Promise<readonly OrderKey[]> {
  const existing = items.map((item) => findExisting(ingest, conversation, item));
  return pageOrders(ingest.transaction, conversation.id, place, existing);
}

/** Live rows are provisional while older ones are still on their way. */
function isProvisional({ transaction, account, purpose, order }: Ingest, event: TimelineEvent): boolean {
  return (
    event.place.by === 'tail' &&
    purpose === 'live' &&
    order !== 'total' &&
    transaction.profile.catchingUp.has(account.id)
  );
}

/** The conversation of a key that is seen for the first time. */
function meet(ingest: Ingest, event: TimelineEvent): Conversation {
  bindPending(ingest, event);
  return ensureConversation(ingest, event.conversation, otherSide(ingest, event));
}

/** An echo under an unknown key tells the key of the conversation in which our message was waiting to be sent. */
function bindPending({ transaction, account }: Ingest, event: TimelineEvent): void {
  for (const { operation, sender } of event.items) {
    const message = operation !== null && sender.self ? transaction.messages.operation(operation) : null;
    const pending = message && transaction.conversations.get(message.conversation);
    if (pending?.account !== account.id || pending.key !== null) continue;
    transaction.putConversation({ ...pending, key: event.conversation });
    return;
  }
}

/** Whom an unknown conversation is with: a contact of the same key, or the first sender that is a proven contact. */
function otherSide(ingest: Ingest, event: TimelineEvent): Contact | null {
  const { transaction, account } = ingest;
  if (transaction.conversationByKey(account.id, event.conversation)?.key === event.conversation) return null;
  const same = transaction.contactByKey(account.id, event.conversation);
  if (same && !isTakenFromContact(ingest, same, event.conversation)) return same;
  const sender = event.items.find((item) => !item.sender.self && item.sender.contact !== null)?.sender;
  return sender?.contact ? ensureContact(ingest, sender.contact, sender.name) : null;
}

/**
 * The stored row of an item. Ids that a server gave count within the conversation; ids that a sender chose count for that
 * sender alone, or a contact could suppress another's message; an echo is ours only when the sender is us and the
 * operation is in our outbox. Never by time.
 */
function findExisting(ingest: Ingest, conversation: Conversation, item: MessageIn): Message | null {
  const { messages } = ingest.transaction;
  const stable = item.stable === null ? null : messages.stable(conversation.id, item.stable);
  if (stable) return stable;
  const echoed = echoedMessage(ingest, conversation, item);
  if (echoed) return echoed;
  if (item.claimed === null) return null;
  const claimed = messages.claimed(conversation.id, item.sender.key, item.claimed);
  // Two different ids of the server are two messages, whatever their sender claims.
  return claimed !== null &&
    claimed.stable !== null &&
    item.stable !== null &&
    !claimed.parts.includes(item.stable)
    ? null
    : claimed;
}

function insert(ingest: Ingest, destination: Destination, item: MessageIn, order: OrderKey | null): Message {
  const message = newMessage(ingest, destination, item, order ?? tailOrder(destination.tail));
  ingest.transaction.messages.add(message);
  if (message.replyTo !== null || message.thread !== null) awaitReferences(ingest, message);
  return message;
}

function merge(
  ingest: Ingest,
  row: Message,
  item: MessageIn,
  order: OrderKey | null,
  provisional: boolean,
): Message {
  const echoed = acceptEcho(ingest, row, item, order, provisional);
  const merged = mergeMessage(ingest, echoed, item, order, provisional);
  if (merged === row) return merged;
  const { transaction } = ingest;
  transaction.messages.put(merged);
  if (merged.order !== row.order) transaction.messages.moved.add(row.conversation);
  else if (merged.content !== row.content) changeCounts(transaction, row, merged);
  return merged;
}
