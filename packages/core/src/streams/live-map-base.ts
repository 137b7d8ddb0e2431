import type { Observable } from 'rxjs';
import { Audience } from './audience.ts';
import type { FrameMember, Frames } from './frames.ts';
import { LiveObservable } from './live-observable.ts';
import type { Delta, Follower, LiveMap, RowChange } from './live-map.ts';

/** Stands for a row that was there and that nobody had looked at. */
const unheld = Symbol('unheld');

/** What written and derived maps have in common: the rows, what the frame changed, and who is told. */
export abstract class LiveMapBase<K, V> implements LiveMap<K, V>, FrameMember {
  readonly depth: number;
  /** {@inheritDoc LiveMap.delta$} */
  readonly delta$: Observable<Delta<K, V>>;
  readonly frames: Frames;
  readonly #rows = new Map<K, V>();
  /** The rows the frame touched, as they were before it; not kept while an empty map is filled. */
  readonly #before = new Map<K, V | undefined | typeof unheld>();
  /** In this frame the map was empty before: every row that is there at its end is new. */
  #filling = false;
  readonly #followers = new Set<Follower<K, V>>();
  readonly #watchers = new Map<K, Audience<V | undefined>>();
  readonly #deltas: Audience<Delta<K, V>>;
  #changes: RowChange<K, V>[] = [];
  #since: number;
  #version: number;
  #ending = false;
  #ended = false;

  protected constructor(frames: Frames, depth: number) {
    this.frames = frames;
    this.depth = depth;
    this.#version = frames.version;
    this.#since = frames.version;
    this.#deltas = new Audience<Delta<K, V>>(frames, () => ({
      value: { version: this.#version, reset: { [Symbol.iterator]: () => this.entries() } },
    }));
    this.delta$ = this.#deltas.observable$;
  }

  /** {@inheritDoc LiveMap.size} */
  get size(): number {
    return this.#rows.size;
  }

  /** {@inheritDoc LiveMap.version} */
  get version(): number {
    return this.#version;
  }

  /** {@inheritDoc LiveMap.get} */
  get(key: K): V | undefined {
    return this.#rows.get(key);
  }

  /** {@inheritDoc LiveMap.has} */
  has(key: K): boolean {
    return this.#rows.has(key);
  }

  /** {@inheritDoc LiveMap.entries} */
  entries(): IterableIterator<readonly [K, V]> {
    return this.#rows.entries();
  }

  /** {@inheritDoc LiveMap.watch} */
  watch(key: K): Observable<V | undefined> {
    return new LiveObservable<V | undefined>(
      (error) => this.frames.report(error),
      (subscriber) => this.#audienceOf(key).observable$.subscribe(subscriber),
    );
  }

  /** {@inheritDoc LiveMap.attach} */
  attach(follower: Follower<K, V>): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  /** The number of keys somebody watches: an entry is freed when its last watcher leaves. */
  get watchedKeys(): number {
    return this.#watchers.size;
  }

  settle(version: number): boolean {
    this.#changes = this.#takeChanges();
    if (this.#changes.length > 0) {
      this.#since = this.#version;
      this.#version = version;
      for (const follower of this.#followers) follower.apply(this.#changes);
    }
    if (this.#ending) for (const follower of this.#followers) follower.end();
    return this.#changes.length > 0 || this.#ending;
  }

  tell(version: number): void {
    const changes = this.#changes;
    this.#changes = [];
    if (changes.length > 0) {
      this.#tellWatchers(version, changes);
      if (this.#deltas.attended) this.#deltas.tell(version, this.#delta(changes));
    }
    if (this.#ending && !this.#ended) {
      this.#ended = true;
      this.#deltas.end();
      for (const audience of this.#watchers.values()) audience.end();
    }
  }

  /** Sets a row within an open frame, or in a view that is being made. */
  protected put(key: K, value: V): void {
    const before = this.#rows.get(key);
    if (before === value) return;
    this.#note(key, before);
    this.#rows.set(key, value);
  }

  /** False for a view that makes its rows when somebody looks at them: what it does not hold may be there all the same. */
  protected get holdsAll(): boolean {
    return true;
  }

  /** Holds a row that was there before anybody looked: it is no change. */
  protected hold(key: K, value: V): void {
    this.#rows.set(key, value);
  }

  /** Removes a row as `put` sets one; false when there was none. */
  protected drop(key: K): boolean {
    const before = this.#rows.get(key);
    if (before === undefined && this.holdsAll) return false;
    this.#note(key, before ?? unheld);
    return this.#rows.delete(key);
  }

  /** Completes the streams at the end of this frame. */
  protected finish(): void {
    this.#ending = true;
    this.frames.touch(this);
  }

  /** A row that a view takes in when it is made outside of a frame is no change: nobody can have seen the view yet. */
  #note(key: K, before: V | undefined | typeof unheld): void {
    if (this.frames.phase !== 'writing' && this.frames.phase !== 'settling') return;
    if (this.#filling) return;
    if (this.#before.size === 0) {
      this.frames.touch(this);
      this.#filling = this.holdsAll && this.#rows.size === 0;
      if (this.#filling) return;
    }
    if (!this.#before.has(key)) this.#before.set(key, before);
  }

  #takeChanges(): RowChange<K, V>[] {
    const changes: RowChange<K, V>[] = [];
    if (this.#filling) for (const [key, value] of this.#rows) changes.push({ key, value });
    this.#before.forEach((before, key) => {
      const value = this.#rows.get(key);
      if (value !== before) changes.push({ key, value });
    });
    this.#filling = false;
    this.#before.clear();
    return changes;
  }

  #audienceOf(key: K): Audience<V | undefined> {
    let audience = this.#watchers.get(key);
    if (audience === undefined) {
      audience = new Audience<V | undefined>(
        this.frames,
        () => ({ value: this.get(key) }),
        () => this.#watchers.delete(key),
      );
      if (this.#ended) audience.end();
      this.#watchers.set(key, audience);
    }
    return audience;
  }

  #tellWatchers(version: number, changes: readonly RowChange<K, V>[]): void {
    if (this.#watchers.size === 0) return;
    for (const { key, value } of changes) this.#watchers.get(key)?.tell(version, value);
  }

  #delta(changes: readonly RowChange<K, V>[]): Delta<K, V> {
    const set: (readonly [K, V])[] = [];
    const removed: K[] = [];
    for (const { key, value } of changes) {
      if (value === undefined) removed.push(key);
      else set.push([key, value]);
    }
    return { version: this.#version, since: this.#since, set, removed };
  }
}
