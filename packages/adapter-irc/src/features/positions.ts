import { accountScope } from '@natter/core';
import type { Opaque, RemoteKey } from '@natter/core/model';
import type { Commits } from '../commits.ts';
import type { KnownNames } from '../mapping/message-names.ts';
import { derivedTime, readPoint, writePoint, type HistoryPoint } from '../mapping/history-point.ts';

/** Under this and the conversation's key it is kept up to where its history is stored without a hole. */
export const POSITION_STATE = 'seen:';

/** Most messages whose time is remembered, and most live ones of a conversation whose history is on its way. */
const MOST_TIMES = 5000;
const MOST_LIVE = 500;

interface Known {
  readonly conversation: RemoteKey;
  readonly time: number;
}

/**
 * How far each conversation is known. A live message moves its conversation's position only when what lies before it has
 * been fetched, so that a hole is never forgotten. Without a history to ask for there is nothing to keep.
 */
export class Positions implements KnownNames {
  readonly #commits: Commits;
  readonly #points = new Map<RemoteKey, HistoryPoint>();
  /** The live messages of each conversation that is not caught up, in this run. */
  readonly #live = new Map<RemoteKey, RemoteKey[]>();
  /** The newer and the older half of what is remembered. */
  #times = new Map<RemoteKey, Known>();
  /** Ids of the server by those that are derived, and back. */
  readonly #ids = new Map<RemoteKey, RemoteKey>();
  readonly #derived = new Map<RemoteKey, RemoteKey>();
  #olderTimes = new Map<RemoteKey, Known>();
  /** Whether the server has history at all. */
  readonly kept: boolean;
  /** Whether direct conversations are caught up. */
  #directCurrent = false;
  readonly #isChannel: (key: RemoteKey) => boolean;

  constructor(commits: Commits, kept: boolean, isChannel: (key: RemoteKey) => boolean) {
    this.#commits = commits;
    this.kept = kept;
    this.#isChannel = isChannel;
  }

  /** Takes up what is known from before. */
  load(state: Readonly<Record<string, Opaque>>): void {
    for (const [name, text] of Object.entries(state)) {
      const point = readPoint(text);
      if (point === null) continue;
      this.#points.set(name.slice(POSITION_STATE.length) as RemoteKey, point);
      if (point.id !== null && point.derived !== undefined) this.note(point.derived, point.id);
    }
  }

  get(conversation: RemoteKey): HistoryPoint | null {
    return this.#points.get(conversation) ?? null;
  }

  /** A message by its id, with its time when that is remembered; of an id that tells no more, the `end` or the beginning of its second. */
  pointOf(id: RemoteKey, end = false): HistoryPoint {
    const known = [...this.#points.values()].find((point) => point.id === id);
    const time = (this.#times.get(id) ?? this.#olderTimes.get(id) ?? known)?.time ?? null;
    const second = time === null ? derivedTime(id) : null;
    return { id, time: second === null ? time : second + (end ? 999 : 0) };
  }

  /** What lies between the position of a conversation and now is not here yet. */
  fallBehind(conversation: RemoteKey): void {
    if (this.kept && !this.#live.has(conversation)) this.#live.set(conversation, []);
  }

  /** Whether something of a conversation's history is still on its way. */
  isBehind(conversation: RemoteKey): boolean {
    if (!this.kept) return false;
    return this.#live.has(conversation) || !(this.#directCurrent || this.#isChannel(conversation));
  }

  /** The newest remembered message of a conversation that is not later than a time. */
  lastUntil(conversation: RemoteKey, time: number): HistoryPoint | null {
    let last: HistoryPoint | null = null;
    for (const [id, known] of [...this.#olderTimes, ...this.#times]) {
      if (known.conversation === conversation && known.time <= time && known.time >= (last?.time ?? 0))
        last = { id, time: known.time };
    }
    return last;
  }

  /** The live messages of a conversation since it fell behind, in their order. */
  liveOf(conversation: RemoteKey): readonly RemoteKey[] {
    return this.#live.get(conversation) ?? [];
  }

  /** A message came live. */
  arrived(conversation: RemoteKey, point: HistoryPoint): void {
    if (point.id === null || !this.kept) return;
    this.remember(conversation, point);
    const waiting = this.#live.get(conversation);
    if (waiting !== undefined && waiting.length < MOST_LIVE) waiting.push(point.id);
    const current = waiting === undefined && (this.#directCurrent || this.#isChannel(conversation));
    if (current) this.move(conversation, point);
    else if (waiting === undefined) this.#live.set(conversation, [point.id]);
    // Held by the hub while it catches up.
    if (this.#directCurrent && point.time !== null)
      this.#commits.cursor(accountScope, writePoint({ ...point, id: null }));
  }

  note(derived: RemoteKey, id: RemoteKey): void {
    if (!this.kept) return;
    this.#ids.set(derived, id);
    this.#derived.set(id, derived);
    if (this.#ids.size < MOST_TIMES) return;
    for (const [oldest, its] of this.#ids) {
      this.#derived.delete(its);
      this.#ids.delete(oldest);
      break;
    }
  }

  idOf(derived: RemoteKey): RemoteKey | null {
    return this.#ids.get(derived) ?? null;
  }

  #text(point: HistoryPoint): string {
    return writePoint({ ...point, derived: point.id === null ? undefined : this.#derived.get(point.id) });
  }

  /** The conversation is known up to here. Never back: a bouncer plays old lines, too. */
  move(conversation: RemoteKey, point: HistoryPoint): void {
    const known = this.#points.get(conversation)?.time ?? null;
    if (known !== null && point.time !== null && point.time < known) return;
    this.#points.set(conversation, point);
    this.#commits.remember(POSITION_STATE + conversation, this.#text(point));
  }

  /** A page up to here is about to be stored; the state that goes into its batch. */
  reach(conversation: RemoteKey, point: HistoryPoint): Record<string, Opaque> {
    this.#points.set(conversation, point);
    return { [POSITION_STATE + conversation]: this.#text(point) };
  }

  /** All before the live messages is stored now, or handed to the hub before whatever comes next. */
  catchUp(conversation: RemoteKey): void {
    const last = this.#live.get(conversation)?.at(-1);
    this.#live.delete(conversation);
    if (last !== undefined) this.move(conversation, this.pointOf(last));
  }

  /** All direct conversations are caught up, those included of which nobody knew before this run. */
  catchUpDirect(): void {
    this.#directCurrent = true;
    for (const conversation of this.#live.keys())
      if (!this.#isChannel(conversation)) this.catchUp(conversation);
  }

  /** Another name for the same conversation. */
  rename(from: RemoteKey, to: RemoteKey): void {
    const point = this.#points.get(from);
    if (point === undefined) return;
    this.#points.delete(from);
    this.#commits.remember(POSITION_STATE + from, null);
    this.move(to, point);
  }

  /** When a message was said, for whoever asks by its id later. */
  remember(conversation: RemoteKey, { id, time }: HistoryPoint): void {
    if (id === null || time === null || !this.kept) return;
    this.#times.set(id, { conversation, time });
    if (this.#times.size < MOST_TIMES) return;
    this.#olderTimes = this.#times;
    this.#times = new Map();
  }
}
