import { Observable, Subscriber } from 'rxjs';
import type { Observer, Operator, Subscription, TeardownLogic } from 'rxjs';
import type { ErrorHook } from './frames.ts';

/**
 * An Observable whose throwing subscribers harm only themselves. RxJS 7 turns an exception in a `next` handler into an
 * uncaught exception of the process, once per event; here it goes to the error hook, and the subscriber stays
 * subscribed. `pipe` keeps the guard, because it goes through `lift`; a combination made by a creation function of RxJS
 * (`merge`, `combineLatest`) is a plain Observable again and has RxJS' own behaviour.
 */
export class LiveObservable<T> extends Observable<T> {
  readonly #onError: ErrorHook;

  constructor(
    onError: ErrorHook,
    subscribe?: (this: Observable<T>, subscriber: Subscriber<T>) => TeardownLogic,
  ) {
    super(subscribe);
    this.#onError = onError;
  }

  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new LiveObservable<R>(this.#onError);
    lifted.source = this;
    lifted.operator = operator;
    return lifted;
  }

  override subscribe(observerOrNext?: Partial<Observer<T>> | ((value: T) => void) | null): Subscription;
  /** @deprecated RxJS deprecates positional handlers; pass an observer. */
  override subscribe(
    next?: ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription;
  override subscribe(
    observerOrNext?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // An operator of a chain: the guard stands at the end of the chain, where the application's own handler is.
    if (observerOrNext instanceof Subscriber) return super.subscribe(observerOrNext);
    const observer: Partial<Observer<T>> =
      typeof observerOrNext === 'object' && observerOrNext !== null
        ? observerOrNext
        : {
            ...(observerOrNext && { next: observerOrNext }),
            ...(error && { error }),
            ...(complete && { complete }),
          };
    return super.subscribe(guarded(observer, this.#onError));
  }
}

function guarded<T>(observer: Partial<Observer<T>>, onError: ErrorHook): Observer<T> {
  const attempt = (call: () => void): void => {
    try {
      call();
    } catch (error) {
      onError(error);
    }
  };
  return {
    next: (value) => attempt(() => observer.next?.(value)),
    // An error here comes from an operator of the application's own chain; unheard, it must not get lost.
    error: (error) => attempt(() => (observer.error ? observer.error(error) : onError(error))),
    complete: () => attempt(() => observer.complete?.()),
  };
}
