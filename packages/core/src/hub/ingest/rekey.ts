import type { Event } from '../../contract/index.ts';
import type { Conversation, RemoteKey } from '../../model/index.ts';
import { dropDouble } from './double.ts';
import type { Ingest } from './scope.ts';

type Rekey = Event & { type: 'rekey' };
type RekeyInside = Extract<Rekey, { in: RemoteKey }>;

/**
 * The network's key of a thing changed: a nick, an upgraded room, a local id that became the server's. The hub's id stays,
 * and the former key goes on to lead to it, unless it was a borrowed one and somebody else speaks by it now.
 */
export async function rekey(ingest: Ingest, event: Rekey): Promise<void> {
  switch (event.of) {
    case 'contact':
      return rekeyContact(ingest, event.from, event.to);
    case 'conversation':
      return rekeyConversation(ingest, event.from, event.to);
    case 'message':
      return rekeyMessage(ingest, event);
    case 'participant':
      return rekeyParticipant(ingest, event);
    default:
      event satisfies never;
  }
}

function rekeyContact({ transaction, account }: Ingest, from: RemoteKey, to: RemoteKey): void {
  const contact = transaction.contactByKey(account.id, from);
  // Told again after it went on to a third name, a change is history.
  if (contact?.key !== from || from === to) return;
  // Somebody known has the new key now: two contacts, and only the user can say that they are one. A former name is free.
  if (transaction.contactByKey(account.id, to)?.key === to) return;
  transaction.keepAlias(account.id, 'contact', from, contact.id);
  transaction.putContact({ ...contact, key: to, address: contact.address === from ? to : contact.address });
}

function rekeyConversation({ transaction, account }: Ingest, from: RemoteKey, to: RemoteKey): void {
  const conversation = transaction.conversationByKey(account.id, from);
  if (conversation?.key !== from || from === to) return;
  if (transaction.conversationByKey(account.id, to)?.key === to) return;
  transaction.keepAlias(account.id, 'conversation', from, conversation.id);
  transaction.putConversation({ ...conversation, key: to });
}

async function rekeyMessage({ transaction, account }: Ingest, event: RekeyInside): Promise<void> {
  const conversation = transaction.conversationByKey(account.id, event.in);
  if (!conversation) return;
  await transaction.messages.prefetch([
    { conversation: conversation.id, stable: event.from },
    { conversation: conversation.id, stable: event.to },
  ]);
  const message = transaction.messages.stable(conversation.id, event.from);
  if (!message || message.stable === event.to) return;
  const named = transaction.messages.stable(conversation.id, event.to);
  // Back to a former name of its own, which leads to the row itself.
  const double = named?.id === message.id ? null : named;
  // What we said and what somebody else said are not one message, whoever says so.
  if (double && double.direction !== message.direction) return;
  // The row under the new key came before we knew that it is the same message: one row stays, ours.
  const current = double ? dropDouble(transaction, message, double) : message;
  transaction.keepMessageAlias(conversation.id, null, event.from, message.id);
  transaction.messages.put({ ...current, stable: event.to, order: double?.order ?? current.order });
  if (double) transaction.messages.moved.add(conversation.id);
}

async function rekeyParticipant({ transaction, account }: Ingest, event: RekeyInside): Promise<void> {
  const conversation: Conversation | undefined = transaction.conversationByKey(account.id, event.in);
  if (!conversation) return;
  const member = (await transaction.membersOf(conversation.id)).get(event.from);
  if (!member) return;
  await transaction.removeMember(conversation.id, event.from);
  await transaction.putMember(conversation.id, { ...member, key: event.to });
}
