import type { Observable, Subscriber } from 'rxjs';
import type { Frames } from './frames.ts';
import { LiveObservable } from './live-observable.ts';

interface Seat<T> {
  readonly subscriber: Subscriber<T>;
  /** The frame whose outcome the subscriber has already seen; it is told only about later ones. */
  seen: number;
}

/** What a new subscriber is shown before anything else; undefined when the stream does not replay. */
export type Replay<T> = () => { readonly value: T } | undefined;

/**
 * The subscribers of one stream. It tells each about every frame once and in order, shows newcomers the replayed value
 * of a settled frame only, and completes them all at the end.
 */
export class Audience<T> {
  readonly #frames: Frames;
  readonly #seats = new Set<Seat<T>>();
  readonly #onEmpty: (() => void) | undefined;
  #ended = false;
  /** Replays per `replay`; completes when {@link Audience.end} is called, at once for who comes later. */
  readonly observable$: Observable<T>;

  /** @param onEmpty called whenever the last subscriber has left. */
  constructor(frames: Frames, replay: Replay<T>, onEmpty?: () => void) {
    this.#frames = frames;
    this.#onEmpty = onEmpty;
    this.observable$ = new LiveObservable<T>(
      (error) => frames.report(error),
      (subscriber) => this.#join(subscriber, replay),
    );
  }

  /** True while somebody listens. */
  get attended(): boolean {
    return this.#seats.size > 0;
  }

  /** Gives `value`, the outcome of frame `version`, to everybody who has not seen that frame. */
  tell(version: number, value: T): void {
    for (const seat of this.#seats) {
      if (seat.seen >= version) continue;
      seat.seen = version;
      seat.subscriber.next(value);
    }
  }

  /** Gives each of several values of one frame, in order. */
  tellAll(version: number, values: readonly T[]): void {
    for (const seat of this.#seats) {
      if (seat.seen >= version) continue;
      seat.seen = version;
      for (const value of values) seat.subscriber.next(value);
    }
  }

  /** Completes everybody, now and later. */
  end(): void {
    this.#ended = true;
    for (const seat of this.#seats) seat.subscriber.complete();
  }

  #join(subscriber: Subscriber<T>, replay: Replay<T>): () => void {
    const seat: Seat<T> = { subscriber, seen: -1 };
    const arrive = (): void => {
      const first = replay();
      if (first !== undefined) {
        // A stream without replay misses nothing of the frame that is being written while it is subscribed.
        seat.seen = this.#frames.version;
        subscriber.next(first.value);
      }
      if (this.#ended) subscriber.complete();
    };
    this.#seats.add(seat);
    if (this.#frames.phase === 'telling') seat.seen = this.#frames.version;
    this.#frames.whenSettled(arrive);
    return () => {
      this.#seats.delete(seat);
      if (this.#seats.size === 0) this.#onEmpty?.();
    };
  }
}
