import { change, find, mark, send } from './messages.ts';
import { setName, setPresence, typing } from './profiles.ts';
import { Refusal, type AnswerTo, type Command } from './protocol.ts';
import { create, invite, join, leave, list, members, removeMember, setRole, setText } from './rooms.ts';
import { add, answer, block, remove, update } from './roster.ts';
import type { Account, State } from './state.ts';
import { page, sync } from './sync.ts';

type Handlers = {
  [Name in Command['do']]: (
    state: State,
    by: Account,
    command: Extract<Command, { do: Name }>,
  ) => AnswerTo<Name>;
};

/** What the server does for each command. */
const handlers: Handlers = {
  send,
  edit: change,
  retract: change,
  react: change,
  mark,
  find: (state, by, { clientId }) => find(state, by, clientId),
  roster: (_state, by) => [...by.roster.values()],
  'roster-add': add,
  'roster-set': update,
  'roster-answer': answer,
  'roster-remove': remove,
  'roster-block': block,
  conversations: (state, by) =>
    [...state.rooms].filter((room) => room.members.has(by)).map((room) => state.viewOf(room, by)),
  'room-create': create,
  'room-join': join,
  'room-leave': leave,
  'room-invite': invite,
  'room-remove': removeMember,
  'room-role': setRole,
  'room-text': setText,
  members,
  rooms: (state, _by, command) => list(state, command),
  resolve: (state, _by, { address }) => {
    const account = state.accounts.get(address);
    return account === undefined ? null : { address: account.address, name: account.name };
  },
  name: (state, by, { name }) => setName(state, by, name),
  password: (_state, by, { password }) => {
    by.password = password;
    return null;
  },
  presence: (state, by, { presence }) => setPresence(state, by, presence),
  typing: (state, by, { conversation, active }) => typing(state, by, conversation, active),
  sync,
  page,
  upload: (state, _by, { bytes }) => {
    const file = state.fresh('f');
    state.files.set(file, bytes);
    return { file };
  },
  download: (state, _by, { file, offset }) => {
    const bytes = state.files.get(file);
    if (bytes === undefined) throw new Refusal('not-found', `there is no file ${file}`);
    return { bytes: bytes.slice(offset), total: bytes.length };
  },
};

/** Does what an account asks for, at once and as a whole; throws a {@link Refusal}. */
export function handle<Name extends Command['do']>(
  state: State,
  by: Account,
  command: Extract<Command, { do: Name }>,
): AnswerTo<Name> {
  const handler = handlers[command.do] as (state: State, by: Account, command: Command) => AnswerTo<Name>;
  return structuredClone(handler(state, by, structuredClone(command)));
}
