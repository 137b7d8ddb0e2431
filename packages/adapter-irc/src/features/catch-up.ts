import { accountScope, type Event, type Gap, type GapChange, type Page } from '@natter/core';
import { NatterError, remoteKey, type Opaque, type RemoteKey } from '@natter/core/model';
import {
  readPoint,
  reference,
  referenceKinds,
  writePoint,
  type HistoryPoint,
} from '../mapping/history-point.ts';
import { keyOf, type Runtime } from '../runtime.ts';
import { WireError } from '../wire/error.ts';
import { behind, pointOf, reaches, targetsOf, timeline, type History } from './history.ts';

/** Messages of one conversation that are fetched at once; what is missed beyond them is a gap that is filled behind them. */
const NEWEST = 100;
/** What is worth having of a conversation that we never saw before. */
const FIRST = 50;
/** Pages with which a channel's gap is filled at once; the rest stays a gap for whoever scrolls there. */
const GAP_PAGES = 20;
/** Most names of one TARGETS answer, and most answers that are put together. */
const TARGETS = 100;
const TARGETS_PAGES = 50;
const EPOCH = '1970-01-01T00:00:00.000Z';
/** Whatever our clock says; nanoseconds until then still fit into 64 bits. */
const FAR = '2200-01-01T00:00:00.000Z';

const NOTHING: Page['batch'] = { origin: 'archive', events: [] };

/** Who has a part in it. */
export interface CatchUpEvents {
  /** Who is on the other side of a direct conversation. */
  introduce(conversation: RemoteKey, address: string): Event[];
  /** What was missed in a direct conversation has come, and is about to be stored. */
  told(conversation: RemoteKey): void;
  /** What was missed in a conversation is stored before whatever is committed next. */
  caughtUp(conversation: RemoteKey): void;
}

/**
 * Fetches what was missed. Direct conversations are found by TARGETS and are the hub's to catch up; a channel's history
 * comes whenever we enter it, beside all else, so that many channels do not keep the account from talking.
 */
export class CatchUp {
  readonly #runtime: Runtime;
  readonly #history: History;
  readonly #events: CatchUpEvents;
  /** The direct conversations that are still to be asked for; null before TARGETS was asked. */
  #waiting: { key: RemoteKey; name: string }[] | null = null;
  #steps = 0;
  /** Of whom the last page was. */
  #handedOver: RemoteKey | null = null;
  /** The newest time that the server named. */
  #newest: number | null = null;
  #channels: Promise<void> = Promise.resolve();

  constructor(runtime: Runtime, history: History, events: CatchUpEvents) {
    this.#runtime = runtime;
    this.#history = history;
    this.#events = events;
  }

  /** One page of what was missed in direct conversations. The cursor is a time and the number of the page. */
  async page(after: Opaque | null, signal: AbortSignal): Promise<Page> {
    const since = sinceOf(after);
    this.#waiting ??= await this.#orNothing(this.#targets(since?.time ?? null, signal), []);
    // Whoever asks for the next page has stored the one before.
    if (this.#handedOver !== null) this.#caughtUp(this.#handedOver);
    this.#handedOver = null;
    const next = this.#waiting[0];
    if (next === undefined) return this.#end(since);
    this.#runtime.positions.fallBehind(next.key);
    const newest = await this.#orNothing(this.#newestOf(next.key, since, signal), NOTHING);
    const known = newest.events.length === 0 ? [] : this.#events.introduce(next.key, next.name);
    const batch = { ...newest, events: [...known, ...newest.events] };
    this.#waiting.shift();
    this.#handedOver = next.key;
    this.#events.told(next.key);
    this.#steps += 1;
    const cursor = writePoint({ id: remoteKey(String(this.#steps)), time: since?.time ?? 0 });
    return { batch: { ...batch, cursors: { [accountScope]: cursor } }, next: cursor, reached: null };
  }

  /** We entered a channel: what was said there while we were away is fetched when its turn comes. */
  entered(conversation: RemoteKey, signal: AbortSignal): void {
    if (!this.#runtime.positions.kept) return;
    this.#runtime.positions.fallBehind(conversation);
    this.#channels = this.#channels.then(() =>
      this.#channel(conversation, signal).catch((error: unknown) => {
        if (signal.aborted) return;
        const message = NatterError.isInstance(error) ? error.data.message : String(error);
        this.#runtime.host.log('warn', 'irc-history-not-fetched', { message });
      }),
    );
  }

  /** What the server refuses to tell is not missed: the next attempt would be refused, too. */
  async #orNothing<T>(answer: Promise<T>, nothing: T): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (!(error instanceof WireError) || error.code !== 'refused') throw error;
      this.#runtime.host.log('warn', 'irc-history-refused', { message: error.message });
      return nothing;
    }
  }

  #caughtUp(conversation: RemoteKey): void {
    this.#runtime.positions.catchUp(conversation);
    this.#events.caughtUp(conversation);
  }

  #end(since: HistoryPoint | null): Page {
    this.#runtime.positions.catchUpDirect();
    // Where nobody said anything, we did not either.
    this.#runtime.doubts.forget((key) => !this.#runtime.support.isChannel(key));
    const time = Math.max(since?.time ?? 0, this.#newest ?? 0);
    const cursors = time === 0 ? {} : { [accountScope]: writePoint({ id: null, time }) };
    return { batch: { origin: 'archive', events: [], cursors }, next: null, reached: 'end' };
  }

  async #channel(conversation: RemoteKey, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const batch = await this.#newestOf(conversation, null, signal);
    const stored = this.#runtime.commits.page(batch);
    this.#caughtUp(conversation);
    if (!(await stored)) return;
    let gap = openGap(batch.gaps);
    for (let pages = 0; gap !== null && pages < GAP_PAGES && !signal.aborted; pages += 1) {
      const page = await this.#history.gapPage(gap, NEWEST, signal);
      if (!(await this.#runtime.commits.page(page.batch))) return;
      gap = openGap(page.batch.gaps);
    }
  }

  /** The newest part of a conversation behind its position, and the gap before it if that is not all. */
  async #newestOf(
    conversation: RemoteKey,
    since: HistoryPoint | null,
    signal: AbortSignal,
  ): Promise<Page['batch']> {
    const position = this.#runtime.positions.get(conversation);
    const from = position ?? since;
    const limit = from === null ? FIRST : NEWEST;
    const told = await this.#history.ask('LATEST', conversation, this.#reference(from), limit, signal);
    const fresh = behind(told.items, position);
    const [first] = fresh;
    const before = told.oldest;
    const hole = position !== null && told.full && before !== null && !reaches(told, position);
    if (!hole) this.#runtime.doubts.forget((key) => key === conversation);
    const gaps: GapChange[] = hole
      ? [{ op: 'open', gap: gapBetween(conversation, position, first?.stable ?? null, before) }]
      : [];
    for (const item of fresh) this.#heard(item.sentAt);
    const last = fresh.at(-1);
    const state = last === undefined ? {} : this.#runtime.positions.reach(conversation, pointOf(last));
    const inPage = new Set(fresh.map(({ stable }) => stable));
    const live = this.#runtime.positions.liveOf(conversation).find((id) => !inPage.has(id)) ?? null;
    const place = { by: 'page', after: hole ? null : (position?.id ?? null), before: live } as const;
    // What a first look at a conversation brings is not news.
    const origin = from === null ? 'snapshot' : 'archive';
    const events = [...timeline(conversation, place, fresh), ...told.changes];
    return { origin, events, gaps, state };
  }

  /** LATEST tells what is behind a point; a moment earlier, so that the point itself shows that nothing lies between. Some servers keep times to the second. */
  #reference(from: HistoryPoint | null): string {
    if (from === null) return '*';
    const kinds = referenceKinds(this.#runtime.support.get('MSGREFTYPES'));
    const moment = from.time === null ? from : { ...from, time: Math.floor(from.time / 1000) * 1000 - 1 };
    // By time if that is possible: an id may be forgotten by the server.
    return reference(moment, kinds.toSorted().toReversed()) ?? '*';
  }

  async #targets(since: number | null, signal: AbortSignal): Promise<{ key: RemoteKey; name: string }[]> {
    const { support } = this.#runtime;
    const found = new Map<RemoteKey, { name: string; time: number }>();
    let from = since === null ? EPOCH : new Date(since - 1).toISOString();
    const count = Math.min(TARGETS, support.number('CHATHISTORY', TARGETS));
    for (let pages = 0; pages < TARGETS_PAGES; pages += 1) {
      const params = ['TARGETS', `timestamp=${from}`, `timestamp=${FAR}`, String(count)];
      const targets = targetsOf(await this.#history.question(params, signal));
      const before = found.size;
      for (const { name, time } of targets) {
        this.#heard(time);
        found.set(keyOf(this.#runtime, name), { name, time });
        if (time > Date.parse(from)) from = new Date(time).toISOString();
      }
      if (targets.length < count || found.size === before) break;
    }
    return [...found]
      .filter(([key]) => !support.isChannel(key))
      .toSorted(([, a], [, b]) => a.time - b.time)
      .map(([key, { name }]) => ({ key, name }));
  }

  #heard(time: number | null): void {
    if (time !== null && time > (this.#newest ?? 0)) this.#newest = time;
  }
}

/** The time up to which direct conversations were known when we left; null for never. */
function sinceOf(cursor: Opaque | null): HistoryPoint | null {
  const time = cursor === null ? null : (readPoint(cursor)?.time ?? null);
  return time === null || time === 0 ? null : { id: null, time };
}

function gapBetween(
  conversation: RemoteKey,
  after: HistoryPoint,
  firstBehind: RemoteKey | null,
  before: HistoryPoint,
): Gap {
  return {
    id: `${conversation} ${writePoint(after)}`,
    conversation,
    after: after.id,
    before: firstBehind,
    token: `${writePoint(after)}\n${writePoint(before)}`,
  };
}

function openGap(changes: readonly GapChange[] | undefined): Gap | null {
  const change = changes?.find(({ op }) => op === 'open');
  return change?.op === 'open' ? change.gap : null;
}
