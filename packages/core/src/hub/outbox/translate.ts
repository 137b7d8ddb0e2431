import type { Op, OpBody, RoomChange, RosterChange } from '../../contract/index.ts';
import type {
  Contact,
  ContactId,
  Message,
  MessageId,
  Operation,
  OperationBody,
  RoomAction,
  RosterAction,
  Target,
} from '../../model/index.ts';
import { NatterError, errorData } from '../../model/index.ts';
import type { Store } from '../../ports/index.ts';
import type { Profile } from '../state/profile.ts';
import { networkTarget } from './write-message.ts';

/**
 * An operation in the network's keys. Throws a NatterError of code `not-found` when something that it speaks of has no name
 * there: a contact that is gone, a message that was never sent.
 */
export async function translate(profile: Profile, store: Store, operation: Operation): Promise<Op> {
  const { id, attempt, memo } = operation;
  return {
    id,
    attempt,
    memo,
    conversation: place(profile, operation),
    body: await translateBody(profile, store, operation),
  };
}

function place(profile: Profile, { conversation: id }: Operation): Op['conversation'] {
  if (id === null) return null;
  const conversation = profile.conversations.get(id);
  if (!conversation) throw missing('conversation');
  if (conversation.key !== null) return conversation.key;
  return { direct: contactOf(profile, conversation.contact).key };
}

async function translateBody(profile: Profile, store: Store, { body }: Operation): Promise<OpBody> {
  switch (body.type) {
    case 'send':
      return translateSend(store, body);
    case 'edit':
      return { type: 'edit', target: await target(store, body.message), content: body.content };
    case 'retract':
      return { type: 'retract', target: await target(store, body.message), reason: body.reason ?? null };
    case 'react':
      return translateReaction(store, body);
    case 'mark-read':
      return { type: 'mark-read', upTo: await target(store, body.upTo) };
    case 'roster':
      return { type: 'roster', change: translateRoster(profile, body.change) };
    case 'room':
      return { type: 'room', change: await translateRoom(profile, store, body.change) };
    case 'profile':
      return { type: 'profile', change: body.change };
    default:
      body satisfies never;
      throw missing('operation');
  }
}

async function translateSend(store: Store, { draft }: OperationBody & { type: 'send' }): Promise<OpBody> {
  const replied = draft.replyTo === undefined ? null : await message(store, draft.replyTo);
  return {
    type: 'send',
    content: draft.content,
    replyTo: replied === null ? null : { target: nameOf(replied), quote: replied.content.text },
    thread: draft.thread === undefined ? null : await target(store, draft.thread),
    mentions: draft.mentions ?? [],
  };
}

async function translateReaction(store: Store, body: OperationBody & { type: 'react' }): Promise<OpBody> {
  const row = await message(store, body.message);
  const others = row.reactions.filter(({ mine, key }) => mine && key !== body.key).map(({ key }) => key);
  return {
    type: 'react',
    target: nameOf(row),
    key: body.key,
    on: body.on,
    mine: body.on ? [...others, body.key] : others,
  };
}

function translateRoster(profile: Profile, change: RosterAction): RosterChange {
  if (change.action === 'add') return change;
  const { key, alias, groups } = contactOf(profile, change.contact);
  switch (change.action) {
    case 'rename':
      return { action: 'rename', contact: key, alias: change.alias, groups };
    case 'groups':
      return { action: 'groups', contact: key, alias, groups: change.groups };
    default:
      return { action: change.action, contact: key };
  }
}

async function translateRoom(profile: Profile, store: Store, change: RoomAction): Promise<RoomChange> {
  if ('message' in change) return { ...change, message: await target(store, change.message) };
  if (change.action === 'invite') return { ...change, contact: contactOf(profile, change.contact).key };
  if (change.action === 'create')
    return { ...change, invite: (change.invite ?? []).map((contact) => contactOf(profile, contact).key) };
  return change;
}

function contactOf(profile: Profile, id: ContactId | null): Contact {
  const contact = id === null ? undefined : profile.contacts.get(id);
  if (!contact) throw missing('contact');
  return contact;
}

async function message(store: Store, id: MessageId): Promise<Message> {
  const [row] = await store.findMessages([{ message: id }]);
  if (!row) throw missing('message');
  return row;
}

async function target(store: Store, id: MessageId): Promise<Target> {
  return nameOf(await message(store, id));
}

function nameOf(row: Message): Target {
  const name = networkTarget(row);
  if (name === null) throw missing('message');
  return name;
}

function missing(scope: 'contact' | 'conversation' | 'message' | 'operation'): NatterError {
  return new NatterError(
    errorData('not-found', `the ${scope} is not known to the network (any more)`, { scope }),
  );
}
