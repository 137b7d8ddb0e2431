import type { Role } from '@natter/core';
import { Refusal, type AnswerTo, type Command } from './protocol.ts';
import { memberOf, type Account, type Room, type State } from './state.ts';

type Standing = 'joined' | 'invited' | 'left' | 'banned';
type Do<Name extends Command['do']> = Extract<Command, { do: Name }>;
type In = { readonly room: string };

/** Opens a room, its owner inside. */
export function create(state: State, owner: Account, command: Do<'room-create'>): AnswerTo<'room-create'> {
  const known = [...state.rooms].find((room) => room.clientId !== null && room.clientId === command.clientId);
  if (known !== undefined) return { key: known.key };
  const key = command.kind === 'channel' ? `#${command.name}` : state.fresh('g');
  if ([...state.rooms].some((room) => room.key === key))
    throw new Refusal('conflict', `${key} exists already`);
  const { kind, name: title, topic, clientId } = command;
  const room: Room = { key, clientId, kind, title, topic, members: new Map(), messages: [] };
  state.rooms.add(room);
  stand(state, room, owner, 'joined', 'owner');
  for (const address of command.invite) stand(state, room, state.account(address), 'invited', 'member');
  return { key };
}

/** Enters a channel, or a group one is invited to. */
export function join(state: State, account: Account, command: In): AnswerTo<'room-join'> {
  const room = state.room(command.room, account);
  const before = room.members.get(account);
  if (before?.state === 'banned') throw new Refusal('forbidden', `you are banned from ${room.key}`);
  if (room.kind !== 'channel' && before === undefined)
    throw new Refusal('forbidden', `${room.key} is by invitation`);
  stand(state, room, account, 'joined', before?.role ?? 'member');
  return { key: room.key };
}

/** Leaves, or declines an invitation. */
export function leave(state: State, account: Account, command: In): null {
  stand(state, state.room(command.room, account), account, 'left', 'none');
  return null;
}

/** Asks somebody in. */
export function invite(state: State, by: Account, command: Do<'room-invite'>): null {
  stand(state, state.roomOf(command.room, by), state.account(command.address), 'invited', 'member');
  return null;
}

/** Kicks, bans, or lifts a ban. */
export function removeMember(state: State, by: Account, command: Do<'room-remove'>): null {
  const room = moderated(state, by, command.room);
  const account = state.account(command.address);
  if (!room.members.has(account)) throw new Refusal('not-found', `${account.address} is not in ${room.key}`);
  stand(state, room, account, command.how === 'ban' ? 'banned' : 'left', 'none');
  return null;
}

/** Gives a role. */
export function setRole(state: State, by: Account, command: Do<'room-role'>): null {
  const room = moderated(state, by, command.room);
  stand(state, room, state.account(command.address), 'joined', command.role);
  return null;
}

/** Sets the topic or the title. */
export function setText(state: State, by: Account, command: Do<'room-text'>): null {
  const room = state.roomOf(command.room, by);
  room[command.what] = command.text;
  state.tellMembers(room, (member) => ({ type: 'conversation', conversation: state.viewOf(room, member) }));
  return null;
}

/** Who is in the room. */
export function members(state: State, by: Account, command: Do<'members'>): AnswerTo<'members'> {
  const room = state.roomOf(command.room, by);
  return [...room.members.keys()].map((account) => memberOf(room, account));
}

/** The public rooms whose name has the text in it. */
export function list(state: State, command: Do<'rooms'>): AnswerTo<'rooms'> {
  return [...state.rooms]
    .filter((room) => room.kind === 'channel' && room.key.includes(command.text))
    .map(({ key, title, topic, members: { size } }) => ({ address: key, name: title, topic, members: size }));
}

function moderated(state: State, by: Account, key: string): Room {
  const room = state.roomOf(key, by);
  if (!['owner', 'admin', 'moderator'].includes(room.members.get(by)?.role ?? 'none')) {
    throw new Refusal('forbidden', `you do not moderate ${key}`);
  }
  return room;
}

/** Puts an account where it stands, and tells itself and the others. */
function stand(state: State, room: Room, account: Account, standing: Standing, role: Role): void {
  room.members.set(account, { role, state: standing });
  state.tell(account, { type: 'conversation', conversation: state.viewOf(room, account) });
  state.tellMember(room, account);
}
