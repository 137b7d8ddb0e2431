import type { ConversationIn } from '../../contract/index.ts';
import type { Contact, Conversation, RemoteKey } from '../../model/index.ts';
import { mintId } from '../../model/index.ts';
import type { Transaction } from '../state/transaction.ts';
import { isTakenFromConversation } from './borrowed-names.ts';
import { ensureContact, toldFields } from './contact.ts';
import type { Ingest } from './scope.ts';
import { markSeen } from './sweep-marks.ts';
import { visibleName } from './visible-name.ts';

/** What a network may say of a conversation. */
const fields: readonly (keyof ConversationIn)[] = [
  'kind',
  'state',
  'contact',
  'parent',
  'title',
  'topic',
  'avatar',
  'bridge',
  'encrypted',
  'role',
  'membersComplete',
  'capabilities',
  'unread',
  'mentions',
  'muted',
  'archived',
  'pinned',
  'pins',
  'expiry',
];

/** Takes in what a network tells of a conversation. */
export function upsertConversation(ingest: Ingest, key: RemoteKey, value: ConversationIn): Conversation {
  markSeen(ingest, 'conversation', null, key);
  const { contact: contactKey, parent: parentKey, ...told } = toldFields(value, fields);
  const contact = contactKey ? ensureContact(ingest, contactKey) : null;
  const before = ensureConversation(ingest, key, contact);
  const parent = parentKey ? ensureConversation(ingest, parentKey, null, 'channel').id : null;
  const counts = value.unread === undefined && value.mentions === undefined ? before.counts : 'server';
  const conversation: Conversation = {
    ...before,
    ...told,
    ...(told.title !== undefined && { title: visibleName(told.title) }),
    counts,
    contact: contactKey === undefined ? before.contact : (contact?.id ?? null),
    parent: parentKey === undefined ? before.parent : parent,
  };
  if (JSON.stringify(before) !== JSON.stringify(conversation))
    ingest.transaction.putConversation(conversation);
  return conversation;
}

/**
 * The conversation behind a key. An unknown one is made; when it is direct and there is one with that contact that waits
 * for its key, it is that one, which the network has just given birth to.
 */
export function ensureConversation(
  ingest: Ingest,
  key: RemoteKey,
  contact: Contact | null,
  kind: Conversation['kind'] = 'direct',
): Conversation {
  const { transaction, account } = ingest;
  const known = transaction.conversationByKey(account.id, key);
  if (known && !isTakenFromConversation(ingest, known, key)) return known;
  const unborn = contact === null ? undefined : transaction.directWith(contact.id);
  const conversation =
    unborn?.key === null
      ? { ...unborn, key }
      : newConversation({ account: account.id, key, kind, contact: contact?.id ?? null });
  transaction.putConversation(conversation);
  return conversation;
}

/** An empty conversation, not stored yet. */
export function newConversation(
  parts: Pick<Conversation, 'account' | 'key' | 'kind' | 'contact'>,
): Conversation {
  return {
    id: mintId('conversation'),
    ...parts,
    state: 'joined',
    parent: null,
    title: null,
    topic: null,
    avatar: null,
    bridge: null,
    encrypted: false,
    role: 'member',
    membersComplete: false,
    capabilities: null,
    unread: 0,
    mentions: 0,
    counts: 'computed',
    readUpTo: null,
    readOrder: null,
    lastMessage: null,
    lastActivity: 0,
    muted: false,
    archived: false,
    pinned: false,
    draft: null,
  };
}

/** The direct conversation with a contact; one that the network does not know yet when there is none. */
export function ensureDirect(transaction: Transaction, contact: Contact): Conversation {
  const known = transaction.directWith(contact.id);
  if (known) return known;
  const conversation = newConversation({
    account: contact.account,
    key: null,
    kind: 'direct',
    contact: contact.id,
  });
  transaction.putConversation(conversation);
  return conversation;
}

/** We are no longer in it. What is stored of it stays. */
export function removeConversation({ transaction, account }: Ingest, key: RemoteKey): void {
  const conversation = transaction.conversationByKey(account.id, key);
  if (conversation && conversation.kind !== 'direct' && conversation.state !== 'left') {
    transaction.putConversation({ ...conversation, state: 'left' });
  }
}
