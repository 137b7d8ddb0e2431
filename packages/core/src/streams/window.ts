import type { Observable } from 'rxjs';
import { Audience } from './audience.ts';
import type { FrameFollower, FrameMember, Frames } from './frames.ts';
import type { Ordered, OrderedRow } from './order.ts';
import { diffRows } from './splice.ts';
import type { Splice } from './splice.ts';

/** A window by position: `limit` rows from `offset` on. */
export interface OffsetSpan {
  readonly offset: number;
  readonly limit: number;
}

/**
 * A window by key: the anchored row, `before` rows above and `after` below it. A row that comes or goes elsewhere never
 * shifts it; when the anchored row itself goes, the window stays where it was.
 */
export interface KeySpan<K> {
  readonly key: K;
  readonly before: number;
  readonly after: number;
}

/** What a window shows. */
export interface WindowRows<V> {
  readonly version: number;
  /** The position of the first row shown. */
  readonly offset: number;
  /** The number of rows in the whole list. */
  readonly total: number;
  readonly rows: readonly V[];
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

/** What a subscriber of a window hears: first everything (`base` null), then splices of the version `base`. */
export interface WindowChange<V> extends WindowRows<V> {
  readonly base: number | null;
  readonly splices: readonly Splice<V>[];
}

/** Some rows of an ordered view. */
export interface Window<K, V> {
  /** What it shows now. */
  readonly current: WindowRows<V>;
  /**
   * Hot. Replays the whole window, then one change per frame that changed what it shows, without a gap. Completes when
   * the window is closed or the list ends; never errors.
   */
  readonly change$: Observable<WindowChange<V>>;
  /** Shows other rows from now on; told as a change. */
  move(to: OffsetSpan | KeySpan<K>): void;
  /** Stops following, and completes. */
  close(): void;
}

class WindowView<K, V, W> implements Window<K, W>, FrameMember, FrameFollower {
  readonly depth: number;
  readonly change$: Observable<WindowChange<W>>;
  readonly #frames: Frames;
  readonly #source: Ordered<K, V>;
  readonly #show: (value: V) => W;
  readonly #audience: Audience<WindowChange<W>>;
  readonly #detach: () => void;
  #span: OffsetSpan | KeySpan<K>;
  /** Where the anchored row was when it was last there. */
  #anchoredAt = 0;
  /** The rows shown, as the list gives them: the same object is the same row, unchanged. */
  #shown: readonly OrderedRow<K, V>[] = [];
  /** The version of the list that they were taken from. */
  #seen = -1;
  /** No look has been taken yet: no window has this offset. */
  #current: WindowRows<W> = { version: 0, offset: -1, total: 0, rows: [], atStart: true, atEnd: true };
  #change: WindowChange<W> | undefined;
  #ending = false;

  constructor(source: Ordered<K, V>, span: OffsetSpan | KeySpan<K>, show: (value: V) => W) {
    this.#source = source;
    this.#show = show;
    this.#frames = source.frames;
    this.depth = source.depth + 1;
    this.#span = span;
    this.#current = this.#look(source.version);
    this.#audience = new Audience<WindowChange<W>>(this.#frames, () => ({ value: whole(this.#current) }));
    this.change$ = this.#audience.observable$;
    this.#detach = source.attach(this);
  }

  get current(): WindowRows<W> {
    return this.#current;
  }

  move(to: OffsetSpan | KeySpan<K>): void {
    this.#frames.run(() => {
      this.#span = to;
      this.#frames.touch(this);
    });
  }

  close(): void {
    this.#detach();
    this.#frames.run(() => this.end());
  }

  changed(): void {
    this.#frames.touch(this);
  }

  end(): void {
    this.#ending = true;
    this.#frames.touch(this);
  }

  settle(version: number): boolean {
    const before = this.#current;
    const shown = this.#shown;
    const now = this.#look(version);
    if (now !== before) {
      const splices = diffRows(shown, this.#shown).map(({ at, drop, rows }) => ({
        at,
        drop,
        // What comes at a position of the new list are the rows of the new list there.
        rows: now.rows.slice(at, at + rows.length),
      }));
      this.#current = now;
      this.#change = { ...now, base: before.version, splices };
    }
    return this.#change !== undefined || this.#ending;
  }

  tell(version: number): void {
    const change = this.#change;
    this.#change = undefined;
    if (change !== undefined) this.#audience.tell(version, change);
    if (this.#ending) this.#audience.end();
  }

  /** What there is to see; the same object as before when that is the same. */
  #look(version: number): WindowRows<W> {
    const total = this.#source.size;
    const { offset, limit } = this.#place(total);
    const before = this.#current;
    const stands = this.#source.version === this.#seen && before.offset === offset;
    if (stands && limit > this.#shown.length) return this.#lookFurther(version, limit);
    const shown = this.#source.rows(offset, offset + limit);
    this.#seen = this.#source.version;
    const same = sameItems(shown, this.#shown);
    if (same && before.total === total && before.offset === offset) return before;
    const rows = same ? before.rows : shown.map((row) => this.#show(row.value));
    if (!same) this.#shown = shown;
    return { version, offset, total, rows, atStart: offset === 0, atEnd: offset + rows.length >= total };
  }

  /** More rows of a list that stands still: what is shown is not looked at again. A list is read whole in such steps. */
  #lookFurther(version: number, limit: number): WindowRows<W> {
    const before = this.#current;
    const { offset, total } = before;
    const more = this.#source.rows(offset + this.#shown.length, offset + limit);
    if (more.length === 0) return before;
    this.#shown = [...this.#shown, ...more];
    const rows = [...before.rows, ...more.map((row) => this.#show(row.value))];
    return { ...before, version, rows, atEnd: offset + rows.length >= total };
  }

  #place(total: number): OffsetSpan {
    if (!('key' in this.#span)) return { offset: clamp(this.#span.offset, total), limit: this.#span.limit };
    const { key, before, after } = this.#span;
    const found = this.#source.indexOf(key);
    if (found >= 0) this.#anchoredAt = found;
    const from = Math.max(0, Math.min(this.#anchoredAt, total) - before);
    return { offset: from, limit: Math.min(this.#anchoredAt, total) + after + 1 - from };
  }
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

function clamp(offset: number, total: number): number {
  return Math.max(0, Math.min(offset, total));
}

function whole<V>(rows: WindowRows<V>): WindowChange<V> {
  return { ...rows, base: null, splices: [{ at: 0, drop: 0, rows: rows.rows }] };
}

/**
 * A window on an ordered view, by position or around a key. A frame that changes the list costs one look at the rows of the window; the list itself is never copied.
 */
export function openWindow<K, V>(source: Ordered<K, V>, span: OffsetSpan | KeySpan<K>): Window<K, V>;
/** A window that shows each row by a function of it. */
export function openWindow<K, V, W>(
  source: Ordered<K, V>,
  span: OffsetSpan | KeySpan<K>,
  show: (value: V) => W,
): Window<K, W>;
export function openWindow<K, V, W>(
  source: Ordered<K, V>,
  span: OffsetSpan | KeySpan<K>,
  show?: (value: V) => W,
): Window<K, V | W> {
  return new WindowView<K, V, V | W>(source, span, show ?? ((value) => value));
}
