import type { Observable } from 'rxjs';
import { Audience } from './audience.ts';
import type { Followed, FrameFollower, FrameMember, Frames } from './frames.ts';
import type { ReadonlyState } from './state.ts';

/** A state computed from other states. */
export interface DerivedState<T> extends ReadonlyState<T> {
  /** Stops following the sources, and completes. */
  dispose(): void;
}

class CombinedState<T> implements DerivedState<T>, FrameMember, FrameFollower {
  readonly frames: Frames;
  readonly depth: number;
  readonly value$: Observable<T>;
  readonly #compute: () => T;
  readonly #audience: Audience<T>;
  readonly #followers = new Set<FrameFollower>();
  readonly #detach: readonly (() => void)[];
  #value: T;
  #changed = false;
  #ending = false;

  constructor(sources: readonly [Followed, ...Followed[]], compute: () => T) {
    this.frames = sources[0].frames;
    this.depth = 1 + Math.max(...sources.map((source) => source.depth));
    this.#compute = compute;
    this.#value = compute();
    this.#audience = new Audience<T>(this.frames, () => ({ value: this.#value }));
    this.value$ = this.#audience.observable$;
    this.#detach = sources.map((source) => source.attach(this));
  }

  get value(): T {
    return this.#value;
  }

  attach(follower: FrameFollower): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  dispose(): void {
    this.frames.run(() => this.end());
  }

  changed(): void {
    this.frames.touch(this);
  }

  end(): void {
    for (const detach of this.#detach) detach();
    this.#ending = true;
    this.frames.touch(this);
  }

  settle(): boolean {
    const next = this.frames.attempt(this.#compute, this.#value);
    this.#changed = !Object.is(next, this.#value);
    this.#value = next;
    for (const follower of this.#followers) {
      if (this.#changed) follower.changed();
      if (this.#ending) follower.end();
    }
    return this.#changed || this.#ending;
  }

  tell(version: number): void {
    if (this.#changed) this.#audience.tell(version, this.#value);
    if (this.#ending) this.#audience.end();
  }
}

/**
 * A state computed from states and ordered views, once per frame that changed any of them: never from half a commit, as
 * `combineLatest` over their streams would. Read the sources in `compute`; when it throws, the error is reported and the
 * value stays. Ends when a source ends.
 */
export function combine<T>(sources: readonly [Followed, ...Followed[]], compute: () => T): DerivedState<T> {
  return new CombinedState(sources, compute);
}
