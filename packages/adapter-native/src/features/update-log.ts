import { accountScope, type Batch, type Opaque, type Page } from '@natter/core';
import type { UpdatePage, UpdatesPush } from '@natter/native-protocol';
import { parsePosition } from '../mapping/keys.ts';
import { behind, isDense, type Stretch } from '../mapping/page.ts';
import { mapUpdates } from '../mapping/update.ts';
import { RequestError } from '../wire/request-error.ts';
import { Backpressure } from './backpressure.ts';
import { readerOf, type Context } from './context.ts';
import { isSnapshotCursor, snapshotPage } from './conversations.ts';
import type { Presences } from './presence.ts';
import { DeliveryReceipts } from './receipts.ts';
import type { RosterCopy } from './roster.ts';

/** What the log works with, and whom it tells that the run cannot go on. */
export interface UpdateLogParts {
  readonly roster: RosterCopy;
  readonly presences: Presences;
  readonly fail: (caught: unknown) => void;
}

/** A push that waits for its turn, with its length. */
interface Waiting {
  readonly push: UpdatesPush;
  readonly length: number;
}

/**
 * The account's update log: the hub reads its past in pages, then pushes go on where the last page ended, without a hole.
 *
 * `idle`: nobody has asked yet. `paging`: a page is under way. `held`: the newest page is with the hub, and pushes wait
 * until it asks again, which says that the page is stored; so no push overtakes a page. `live`: pushes go to the hub.
 * `resyncing`: the server has dropped pushes, and the log fetches what they said by itself.
 */
export class UpdateLog {
  readonly #context: Context;
  readonly #parts: UpdateLogParts;
  readonly #backpressure: Backpressure;
  readonly #receipts: DeliveryReceipts;
  #state: 'idle' | 'paging' | 'held' | 'live' | 'resyncing' = 'idle';
  /** How far the log was given to the hub, in a page or a batch. */
  #cursor = 0;
  #acknowledged: number;
  /** Grows with every page that came through, so that a link that keeps breaking gets somewhere. */
  #pageSize: number;
  /** Batches that are with the hub. */
  #uncommitted = 0;
  #queue: Waiting[] = [];
  /** The server has dropped pushes since the last page. */
  #lagging = false;

  constructor(context: Context, parts: UpdateLogParts) {
    this.#context = context;
    this.#parts = parts;
    this.#backpressure = new Backpressure(context.connection, context.settings.maximumUncommitted);
    this.#receipts = new DeliveryReceipts(context);
    this.#acknowledged = context.account.cursor;
    this.#pageSize = Math.min(firstPage, context.welcome.limits.pageSize);
  }

  /** A page of what was missed. The hub asks with a cursor only when everything up to it is stored. */
  async catchUp(after: Opaque | null, signal: AbortSignal): Promise<Page> {
    const position = after === null ? 0 : parsePosition(after);
    if (position === null) return this.#snapshot(isSnapshotCursor(after ?? '') ? after : null, signal);
    this.#stored(position);
    if (this.#state === 'held' && position === this.#cursor) return this.#goLive();
    this.#state = 'paging';
    const page = await this.#fetch(position, signal);
    if (page === null) return this.#snapshot(null, signal);
    this.#cursor = page.cursor;
    if (page.updates.length === 0) return this.#goLive();
    if (!page.more) this.#state = 'held';
    return { batch: this.#batch(page, 'archive'), next: String(page.cursor), reached: null };
  }

  /** Entries that follow on what came before. */
  pushed(push: UpdatesPush, length: number): void {
    this.#backpressure.take(length);
    this.#queue.push({ push, length });
    if (this.#state === 'live') this.#drain();
  }

  /** We read too slowly, and pushes were dropped. */
  dropped(): void {
    this.#lagging = true;
    if (this.#state === 'live') this.#drain();
  }

  #goLive(): Page {
    this.#state = 'live';
    // The answer goes first.
    Promise.resolve()
      .then(() => this.#drain())
      .catch(this.#parts.fail);
    return {
      batch: { origin: 'archive', events: [], cursors: this.#cursors(this.#cursor) },
      next: null,
      reached: 'end',
    };
  }

  #drain(): void {
    while (this.#state === 'live' && !this.#lagging) {
      const [next] = this.#queue.splice(0, 1);
      if (next === undefined) return;
      const stretch = behind(next.push, this.#cursor);
      if (stretch.cursor > this.#cursor && isDense(stretch, this.#cursor)) this.#hand(stretch, next.length);
      else this.#backpressure.give(next.length);
      // What came before it got lost on the way: nothing may be stored behind a hole.
      if (stretch.cursor > this.#cursor) this.#lagging = true;
    }
    if (this.#state === 'live' && this.#lagging) this.#resync().catch(this.#parts.fail);
  }

  #hand(stretch: Stretch, length: number): void {
    this.#cursor = stretch.cursor;
    this.#uncommitted += 1;
    this.#commit(stretch).then(() => {
      this.#uncommitted -= 1;
      this.#backpressure.give(length);
      this.#stored(stretch.cursor);
    }, this.#parts.fail);
  }

  /** Reads on from where we are until pushes follow without a hole. */
  async #resync(): Promise<void> {
    this.#state = 'resyncing';
    for (;;) {
      this.#lagging = false;
      for (const { length } of this.#queue.splice(0)) this.#backpressure.give(length);
      const page = await this.#fetch(this.#cursor);
      if (page === null) throw this.#broken('the server forgot the update log of this connection');
      if (page.updates.length > 0) await this.#commit(page);
      this.#cursor = page.cursor;
      this.#stored(page.cursor);
      if (!page.more) break;
    }
    this.#state = 'live';
    this.#drain();
  }

  /** A page after a position; `null` when the server's log does not reach from there. */
  async #fetch(after: number, signal?: AbortSignal): Promise<UpdatePage | null> {
    const { connection, welcome } = this.#context;
    try {
      const limit = this.#pageSize;
      const page = await connection.request('sync', (id) => ({ type: 'sync', id, after, limit }), signal);
      // A server that was set back to a backup has fewer updates than we have stored.
      if (page.head < after) return null;
      if (!isDense(page, after) || (page.more && page.updates.length === 0))
        throw this.#broken('the server left a hole in the update log');
      this.#pageSize = Math.min(limit * 2, welcome.limits.pageSize);
      return page;
    } catch (caught) {
      const failure = caught instanceof RequestError ? caught.failure : null;
      if (failure?.kind === 'refused' && failure.error.code === 'cursor-unknown') return null;
      // Without the log nothing can be live; a new connection may do better.
      if (failure?.kind !== 'aborted') this.#parts.fail(caught);
      throw caught;
    }
  }

  async #snapshot(cursor: Opaque | null, signal: AbortSignal): Promise<Page> {
    this.#state = 'paging';
    return snapshotPage(this.#context, cursor, signal);
  }

  #batch(stretch: Stretch, origin: 'live' | 'archive'): Batch {
    const { roster } = this.#parts;
    const mapped = mapUpdates(stretch.updates, readerOf(this.#context), roster.version);
    const state = roster.apply(mapped.contacts, mapped.rosterVersion);
    this.#receipts.note(stretch.cursor, mapped.received);
    return { origin, events: mapped.events, cursors: this.#cursors(stretch.cursor), state };
  }

  /** Hands a live batch over. Hints about its contacts come after it: before, the hub does not know them. */
  #commit(stretch: Stretch): Promise<void> {
    const committed = this.#context.host.commit(this.#batch(stretch, 'live'));
    for (const update of stretch.updates) {
      if (update.kind === 'roster') this.#parts.presences.settled(update.address);
    }
    return committed;
  }

  #cursors(position: number): Record<string, Opaque> {
    return { [accountScope]: String(position) };
  }

  /** Everything up to a position is durable. Acknowledged cumulatively, when a burst is over or grows long. */
  #stored(position: number): void {
    this.#receipts.stored(position);
    const behindBy = position - this.#acknowledged;
    if (behindBy <= 0 || (this.#uncommitted > 0 && behindBy < acknowledgeAtLeastEvery)) return;
    this.#acknowledged = position;
    this.#context.connection.signal({ type: 'ack', cursor: position });
  }

  #broken(detail: string): Error {
    const fault = { kind: 'protocol', detail } as const;
    this.#context.connection.close(fault);
    return new RequestError({ kind: 'ended', fault, sent: true });
  }
}

const acknowledgeAtLeastEvery = 256;
const firstPage = 32;
