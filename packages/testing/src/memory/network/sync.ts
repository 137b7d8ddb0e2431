import type { AnswerTo, Command, Hole, Update } from './protocol.ts';
import { messageIn, wireMessage } from './messages.ts';
import type { Account, State } from './state.ts';

type Do<Name extends Command['do']> = Extract<Command, { do: Name }>;

const pageLength = 20;

/**
 * What an account missed since a place in its log. A network with a sync limit brings only the newest messages of each
 * conversation, all in one answer, and says which it left out; one without goes through the log page by page.
 */
export function sync(state: State, account: Account, command: Do<'sync'>): AnswerTo<'sync'> {
  if (state.profile.syncLimit !== Infinity) return limitedSync(state, account, command.after);
  const updates = account.log.slice(command.after, command.after + pageLength);
  const at = command.after + updates.length;
  return { updates, at, more: at < account.log.length, holes: [] };
}

function limitedSync(state: State, account: Account, after: number): AnswerTo<'sync'> {
  const missed = account.log.slice(after);
  const counts = new Map<string, number>();
  const kept: Update[] = [];
  const dropped = new Set<string>();
  for (const update of missed.toReversed()) {
    if (update.type === 'message') {
      const { conversation, id } = update.message;
      const count = (counts.get(conversation) ?? 0) + 1;
      counts.set(conversation, count);
      if (count > state.profile.syncLimit) {
        dropped.add(id);
        continue;
      }
    }
    kept.unshift(update);
  }
  const holes = holesIn(account, after, dropped);
  return { updates: kept, at: account.log.length, more: false, holes };
}

/** One hole for each conversation that lacks messages: between the last one known and the first one kept. */
function holesIn(account: Account, after: number, dropped: ReadonlySet<string>): Hole[] {
  const holes = new Map<string, Hole>();
  const lastKnown = new Map<string, string>();
  const open = new Set<string>();
  for (const [index, update] of account.log.entries()) {
    if (update.type !== 'message') continue;
    const { conversation, id } = update.message;
    if (index < after) lastKnown.set(conversation, id);
    else if (dropped.has(id)) open.add(conversation);
    else if (open.delete(conversation)) {
      holes.set(conversation, { conversation, after: lastKnown.get(conversation) ?? null, before: id });
    }
  }
  return [...holes.values()];
}

/** Messages of one conversation: the newest older than `before`, or else the oldest newer than `after`. */
export function page(state: State, account: Account, command: Do<'page'>): AnswerTo<'page'> {
  const room = state.roomOf(command.conversation, account);
  const from = command.after === null ? 0 : messageIn(state, room, command.after).position;
  const to =
    command.before === null ? room.messages.length : messageIn(state, room, command.before).position - 1;
  const backwards = command.before !== null || command.after === null;
  const start = backwards ? Math.max(from, to - command.limit) : from;
  const end = backwards ? to : Math.min(to, from + command.limit);
  const messages = room.messages.slice(start, end);
  return {
    messages: messages.map((message) => wireMessage(state, room, message, account)),
    changes: messages.flatMap((message) => message.changes),
    start: start <= from,
    end: end >= to,
  };
}
