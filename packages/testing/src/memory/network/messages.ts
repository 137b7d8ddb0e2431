import {
  Refusal,
  type AnswerTo,
  type Body,
  type Change,
  type Command,
  type WireMessage,
} from './protocol.ts';
import { otherThan, type Account, type Room, type State, type StoredMessage } from './state.ts';

type Do<Name extends Command['do']> = Extract<Command, { do: Name }>;

/** Takes a message: the same client id of the same sender is the same message. */
export function send(state: State, sender: Account, command: Do<'send'>): AnswerTo<'send'> {
  const size = new TextEncoder().encode(command.body.text).length;
  if (size > state.profile.textBytes)
    throw new Refusal('too-large', `${size} bytes are more than ${state.profile.textBytes}`);
  const room =
    typeof command.to === 'string'
      ? state.roomOf(command.to, sender)
      : directRoom(state, sender, command.to.direct);
  const known = command.clientId === null ? undefined : ownMessage(room, sender, command.clientId);
  if (known !== undefined) return answer(state, room, known, sender);
  refuseBlocked(room, sender);
  const message = store(state, room, sender, command.clientId, command.body, false);
  return answer(state, room, message, sender);
}

/** Puts a message into a room and tells the members. `locked`: without the key to read it. */
export function store(
  state: State,
  room: Room,
  from: Account,
  clientId: string | null,
  body: Body,
  locked: boolean,
): StoredMessage {
  const position = room.messages.length + 1;
  const message = {
    id: state.fresh('m'),
    position,
    from,
    clientId,
    sentAt: state.now(),
    body,
    locked,
    changes: [],
  };
  room.messages.push(message);
  for (const [member, { state: standing }] of room.members) {
    if (standing !== 'joined' || (member === from && !state.profile.acknowledges)) continue;
    state.tell(member, { type: 'message', message: wireMessage(state, room, message, member) });
  }
  return message;
}

/** Whether a send with this client id landed. */
export function find(state: State, sender: Account, clientId: string): AnswerTo<'find'> {
  for (const room of state.rooms) {
    const message = ownMessage(room, sender, clientId);
    if (message !== undefined) return { id: message.id, conversation: state.keyFor(room, sender) };
  }
  return null;
}

/** Edits, retracts or reacts. Only the author edits; moderators may retract others' messages. */
export function change(state: State, by: Account, command: Do<'edit' | 'retract' | 'react'>): null {
  const room = state.roomOf(command.conversation, by);
  const message = messageIn(state, room, command.id);
  const own = message.from === by;
  const moderator = ['owner', 'admin', 'moderator'].includes(room.members.get(by)?.role ?? 'none');
  const allowed =
    command.do === 'react' || own || (command.do === 'retract' && room.kind !== 'direct' && moderator);
  if (!allowed) throw new Refusal('forbidden', 'the message is not yours');
  const render = (member: Account): Change => {
    const common = { conversation: state.keyFor(room, member), id: message.id, by: by.address };
    if (command.do === 'edit') return { ...common, type: 'edit', body: command.body, at: message.sentAt };
    if (command.do === 'react') return { ...common, type: 'react', key: command.key, on: command.on };
    return { ...common, type: 'retract', reason: command.reason, at: message.sentAt, moderator: !own };
  };
  message.changes.push(render(by));
  state.tellMembers(room, render);
  return null;
}

/** Says how far somebody has got. */
export function mark(state: State, by: Account, command: Do<'mark'>): null {
  const room = state.roomOf(command.conversation, by);
  const { id } = messageIn(state, room, command.id);
  state.tellMembers(room, (member) => ({
    type: 'marker',
    conversation: state.keyFor(room, member),
    by: by.address,
    kind: command.kind,
    id,
  }));
  return null;
}

/** The key of a locked message comes. */
export function unlock(state: State, room: Room, message: StoredMessage): void {
  message.locked = false;
  state.tellMembers(room, (member) => ({
    type: 'decrypted',
    conversation: state.keyFor(room, member),
    id: message.id,
    by: message.from.address,
    body: message.body,
  }));
}

/** The direct conversation of two, born when it is first needed. */
export function directRoom(state: State, one: Account, address: string): Room {
  const other = state.account(address);
  for (const room of state.rooms) {
    if (room.kind === 'direct' && room.members.has(one) && otherThan(room, one) === other) return room;
  }
  const standing = { role: 'member', state: 'joined' } as const;
  const members = new Map([one, other].map((member) => [member, standing]));
  const key = state.fresh('d');
  const room: Room = { key, clientId: null, kind: 'direct', title: null, topic: null, members, messages: [] };
  state.rooms.add(room);
  for (const member of members.keys()) {
    state.tell(member, { type: 'conversation', conversation: state.viewOf(room, member) });
  }
  return room;
}

/** A message as a member may see it. */
export function wireMessage(state: State, room: Room, message: StoredMessage, viewer: Account): WireMessage {
  const { id, position, from, clientId, sentAt } = message;
  return {
    id,
    position,
    previous: room.messages[position - 2]?.id ?? null,
    conversation: state.keyFor(room, viewer),
    from: from.address,
    fromName: from.name,
    clientId,
    sentAt,
    body: message.locked && from !== viewer ? null : message.body,
  };
}

export function messageIn(state: State, room: Room, id: string): StoredMessage {
  const now = state.formerIds.get(id) ?? id;
  const message = room.messages.find((candidate) => candidate.id === now);
  if (message === undefined) throw new Refusal('not-found', `there is no message ${id}`);
  return message;
}

function ownMessage(room: Room, sender: Account, clientId: string): StoredMessage | undefined {
  return room.messages.find((message) => message.from === sender && message.clientId === clientId);
}

function answer(state: State, room: Room, message: StoredMessage, sender: Account): AnswerTo<'send'> {
  const at =
    sender.log.findIndex((update) => update.type === 'message' && update.message.id === message.id) + 1;
  return { message: wireMessage(state, room, message, sender), at };
}

function refuseBlocked(room: Room, sender: Account): void {
  const other = room.kind === 'direct' ? otherThan(room, sender) : undefined;
  if (other?.roster.get(sender.address)?.blocked === true)
    throw new Refusal('forbidden', `${other.address} does not want to hear from you`);
}
