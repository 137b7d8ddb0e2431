import { accountScope, type Batch, type Page } from '@natter/core';
import type { Opaque, OwnPresence } from '@natter/core/model';
import { writePresence } from '../mapping/presence.ts';
import type { JoinedRoom, SyncAnswer } from '../mapping/sync.ts';
import type { Runtime } from '../runtime.ts';
import { WireError } from '../wire/error.ts';
import { get, getNumber, isMap } from '../wire/json.ts';
import { chooseSource } from './choose-sync.ts';
import { CommitsAhead } from './commits-ahead.ts';
import { Draft } from './draft.ts';
import type { PresenceFeature } from './presence.ts';
import type { RoomSync } from './room-sync.ts';
import type { SyncSource } from './sync-source.ts';

/** Rooms of one commit: a first synchronisation may tell thousands. */
const ROOMS_AT_ONCE = 50;
/**
 * Synchronisation (Matrix 1.16, section "Syncing"): its token is the account's cursor, and moves in the transaction that
 * stores what it covers. Nothing is asked for before that is durable, so a slow disk slows the server down.
 */
export class Sync {
  readonly #runtime: Runtime;
  readonly #roomSync: RoomSync;
  readonly #presence: PresenceFeature;
  readonly #source: Promise<SyncSource>;
  readonly #caughtUp: PromiseWithResolvers<string> = Promise.withResolvers();
  /** What contacts shall see of us. */
  shown: OwnPresence;

  constructor(
    runtime: Runtime,
    parts: { roomSync: RoomSync; presence: PresenceFeature; shown: OwnPresence },
  ) {
    this.#runtime = runtime;
    this.#roomSync = parts.roomSync;
    this.#presence = parts.presence;
    this.shown = parts.shown;
    const { api, limits, config, ended } = runtime;
    this.#source = chooseSource({ api, limits }, config.slidingSync, ended);
    this.#source.catch(() => {}); // told to who asks by it
  }

  /** What depends on the way that this server synchronises. */
  async way(): Promise<Pick<SyncSource, 'presence' | 'forgetsIgnored'>> {
    return this.#source;
  }

  /** What was missed since a token. Without one, or when the server knows it no more: what is so now. */
  async catchUp(after: Opaque | null, signal: AbortSignal): Promise<Page> {
    const { host, rooms, accountData, contacts } = this.#runtime;
    // An earlier attempt may have told what was never stored.
    await rooms.load(host);
    await accountData.load(host);
    await contacts.load(host);
    const known = after !== null && (await this.#source).owns(after) ? after : null;
    const origin = known === null ? 'snapshot' : 'archive';
    let { answer, since } = await this.#first(known, signal);
    while (answer.more) {
      const draft = await this.#takeInParts(answer, since, origin);
      await host.commit(draft.batch(origin, { [accountScope]: answer.next }));
      since = answer.next;
      answer = await this.#ask(since, 0, signal);
    }
    const draft = await this.#takeInParts(answer, since, origin);
    host.roster('ready');
    this.#caughtUp.resolve(answer.next);
    return {
      batch: draft.batch(origin, { [accountScope]: answer.next }),
      next: null,
      reached: 'end',
    };
  }

  /** Follows what happens from where catching up ended, until the run does. Rejects with WireError, or when the store is dead. */
  async follow(): Promise<never> {
    const { host, limits, ended } = this.#runtime;
    let since = await untilAborted(this.#caughtUp.promise, ended);
    void this.#greet();
    this.#runtime.encryption?.begin();
    for (;;) {
      const answer = await this.#ask(since, limits.pollTime, ended).catch(beginAnew);
      await this.#runtime.encryption?.receive(answer);
      const draft = await this.#take(answer, since, new Draft());
      const moved = answer.next !== since;
      if (!draft.empty || moved) await host.commit(draft.batch('live', { [accountScope]: answer.next }));
      if (draft.hints.length > 0 && !ended.aborted) host.hint(draft.hints);
      since = answer.next;
    }
  }

  /** Once what was missed is stored: shows who of the contacts is there, and us to them. */
  async #greet(): Promise<void> {
    const { host, ended } = this.#runtime;
    try {
      this.#presence.show(this.shown);
      if ((await this.way()).presence) await this.#presence.ask();
    } catch (error) {
      if (!ended.aborted)
        host.log('warn', 'matrix-presence-failed', { message: String(error).slice(0, 200) });
    }
  }

  async #first(
    after: Opaque | null,
    signal: AbortSignal,
  ): Promise<{ answer: SyncAnswer; since: string | null }> {
    try {
      return { answer: await this.#ask(after, 0, signal), since: after };
    } catch (error) {
      // A server that was restored, or has forgotten: everything is told anew, and what is stored already is known by its ids.
      if (after === null || !isForgotten(error)) throw error;
      this.#runtime.host.log('warn', 'matrix-sync-token-forgotten');
      return { answer: await this.#ask(null, 0, signal), since: null };
    }
  }

  #ask(since: string | null, timeout: number, signal: AbortSignal): Promise<SyncAnswer> {
    const presence = writePresence(this.shown);
    return this.#source.then((source) => source.ask({ since, timeout, presence }, signal));
  }

  /** A first synchronisation is stored piece by piece, and its token with the last: a crash in between begins anew. */
  async #takeInParts(answer: SyncAnswer, since: string | null, origin: Batch['origin']): Promise<Draft> {
    const { host, encryption } = this.#runtime;
    await encryption?.receive(answer);
    // A room comes before the one that replaces it.
    let rest = { ...answer, joined: answer.joined.toSorted((a, b) => bornAt(a) - bornAt(b)) };
    const parts = new CommitsAhead(host);
    while (rest.joined.length > ROOMS_AT_ONCE) {
      const joined = rest.joined.slice(0, ROOMS_AT_ONCE);
      const part = { ...rest, joined, left: [], invited: [], knocked: [], presence: [] };
      const draft = await this.#take(part, since, new Draft());
      await parts.commit(draft.batch(origin));
      rest = { ...rest, joined: rest.joined.slice(ROOMS_AT_ONCE), accountData: [] };
    }
    const last = await this.#take(rest, since, new Draft());
    await parts.stored();
    return last;
  }

  async #take(answer: SyncAnswer, since: string | null, draft: Draft): Promise<Draft> {
    const { accountData, contacts, rooms } = this.#runtime;
    const changed = accountData.take(draft, answer.accountData);
    for (const part of answer.invited) this.#roomSync.stripped(draft, part, 'invite');
    for (const part of answer.knocked) this.#roomSync.stripped(draft, part, 'knock');
    const place = draft.events.length;
    for (const part of answer.joined) await this.#roomSync.joined(draft, part, 'join', since);
    for (const part of answer.left) await this.#roomSync.joined(draft, part, 'leave', since);
    if (changed)
      for (const room of rooms.all()) if (room.membership === 'join') this.#roomSync.tell(draft, room);
    // Contacts come before what they say.
    const list = new Draft();
    contacts.update(list);
    draft.take(list, place);
    draft.hints.push(...this.#presence.take(answer.presence));
    return draft;
  }
}

/** When a room was made (milliseconds since 1970), as far as the answer tells. */
function bornAt({ state, timeline }: JoinedRoom): number {
  const made = [...state, ...timeline].find(
    (event) => isMap(event) && get(event, 'type') === 'm.room.create',
  );
  return isMap(made) ? (getNumber(made, 'origin_server_ts') ?? 0) : 0;
}

/** Whether the server says that it does not know the token (M_UNKNOWN_POS, M_INVALID_PARAM or M_UNKNOWN, by server). */
function isForgotten(error: unknown): boolean {
  return error instanceof WireError && error.code === 'refused' && error.status === 400;
}

/** The next run catches up without the token. */
function beginAnew(error: unknown): never {
  if (!isForgotten(error)) throw error;
  throw new WireError('disconnected', 'the server has forgotten how far we were', { cause: error });
}

/** The value, or a WireError `aborted`. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(new WireError('aborted', 'stopped'));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', abort));
}
