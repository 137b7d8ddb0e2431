import { filter } from 'rxjs';
import type { Observable } from 'rxjs';
import { EventStream, State } from '../streams/index.ts';
import type { Frames } from '../streams/index.ts';
import { LiveObservable } from '../streams/live-observable.ts';

/** What a shared stream is fed through while somebody listens. */
export interface Feeder<T> {
  next(value: T): void;
  /** Completes the stream for good. */
  end(): void;
}

/** Begins to feed a stream; returns the function that stops. */
export type Start<T> = (feeder: Feeder<T>) => () => void;

/** A running feed, and how many listen to it. */
interface Run<T> {
  readonly observable$: Observable<T>;
  readonly ended: () => boolean;
  readonly stop: () => void;
}

/**
 * A state that runs while somebody listens: it begins with the first subscriber, is forgotten with the last one, and
 * replays its value in between. One that has ended replays its last value and completes.
 */
export function sharedState<T>(frames: Frames, start: Start<T>): Observable<T> {
  return shared(frames, () => {
    const state = new State<T | undefined>(frames, undefined);
    let ended = false;
    const stop = start({
      next: (value) => state.set(value),
      end: () => {
        ended = true;
        state.end();
      },
    });
    // Nothing has come yet while the value is undefined; no stream of the client interface has undefined for a value.
    const observable$ = state.value$.pipe(filter((value): value is T & ({} | null) => value !== undefined));
    return { observable$, ended: () => ended, stop };
  });
}

/** Events that are heard while somebody listens: it begins with the first subscriber and stops with the last one. */
export function sharedEvents<T>(frames: Frames, start: Start<T>): Observable<T> {
  return shared(frames, () => {
    const events = new EventStream<T>(frames);
    let ended = false;
    const stop = start({
      next: (event) => events.emit(event),
      end: () => {
        ended = true;
        events.end();
      },
    });
    return { observable$: events.event$, ended: () => ended, stop };
  });
}

function shared<T>(frames: Frames, begin: () => Run<T>): Observable<T> {
  let run: Run<T> | undefined;
  let listeners = 0;
  return new LiveObservable<T>(
    (error) => frames.report(error),
    (subscriber) => {
      listeners += 1;
      run ??= begin();
      const subscription = run.observable$.subscribe(subscriber);
      return () => {
        subscription.unsubscribe();
        listeners -= 1;
        if (listeners > 0 || run === undefined || run.ended()) return;
        run.stop();
        run = undefined;
      };
    },
  );
}
