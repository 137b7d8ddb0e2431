import type { Observable } from 'rxjs';
import { Audience } from './audience.ts';
import type { Followed, FrameFollower, FrameMember, Frames } from './frames.ts';

/** The reading side of a {@link State}. */
export interface ReadonlyState<T> extends Followed {
  /** The value now. */
  readonly value: T;
  /** Hot. Replays the current value, then each different one. Completes at `end()`, and even then replays the last value first. */
  readonly value$: Observable<T>;
}

/**
 * One value that changes in frames. Like a BehaviorSubject, but a subscriber that comes after the end still gets the
 * last value and then completion, and a value set by a listener waits until all heard the one before.
 */
export class State<T> implements ReadonlyState<T>, FrameMember {
  readonly depth = 0;
  /** {@inheritDoc ReadonlyState.value$} */
  readonly value$: Observable<T>;
  readonly frames: Frames;
  readonly #audience: Audience<T>;
  readonly #followers = new Set<FrameFollower>();
  #value: T;
  #told: T;
  #ending = false;

  constructor(frames: Frames, initial: T) {
    this.frames = frames;
    this.#value = initial;
    this.#told = initial;
    this.#audience = new Audience<T>(frames, () => ({ value: this.#value }));
    this.value$ = this.#audience.observable$;
  }

  /** {@inheritDoc ReadonlyState.value} */
  get value(): T {
    return this.#value;
  }

  /** Sets the value; the same one again (`Object.is`) is no change. After the end it is ignored. */
  set(next: T): void {
    this.frames.run(() => {
      if (this.#ending || Object.is(next, this.#value)) return;
      this.#value = next;
      this.frames.touch(this);
    });
  }

  /** Sets a last value, if one is given, and completes. */
  end(...last: [] | [T]): void {
    this.frames.run(() => {
      if (this.#ending) return;
      if (last.length === 1) this.set(last[0]);
      this.#ending = true;
      this.frames.touch(this);
    });
  }

  /** {@inheritDoc Followed.attach} */
  attach(follower: FrameFollower): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  settle(): boolean {
    const changed = !Object.is(this.#told, this.#value);
    for (const follower of this.#followers) {
      if (changed) follower.changed();
      if (this.#ending) follower.end();
    }
    return changed || this.#ending;
  }

  tell(version: number): void {
    if (!Object.is(this.#told, this.#value)) {
      this.#told = this.#value;
      this.#audience.tell(version, this.#value);
    }
    if (this.#ending) this.#audience.end();
  }
}
