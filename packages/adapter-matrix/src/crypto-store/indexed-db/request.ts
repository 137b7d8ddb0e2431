import type { Connection } from './connection.ts';
import type { Transaction } from './transaction.ts';

/** What a handler is given: the little of `Event` and `IDBVersionChangeEvent` that is used. */
export interface StoreEvent {
  readonly type: string;
  readonly target: unknown;
  readonly oldVersion?: number;
  readonly newVersion?: number;
  /** Keeps a failed request from aborting its transaction. */
  preventDefault(): void;
}

/** The only way to listen: an `on...` property. */
export type Handler = ((event: StoreEvent) => void) | null;

/** Something with handlers; makes an event and calls one. */
export function dispatch(
  target: unknown,
  handlers: readonly Handler[],
  type: string,
  versions: { readonly oldVersion?: number; readonly newVersion?: number } = {},
): { readonly prevented: boolean } {
  let prevented = false;
  const event: StoreEvent = {
    type,
    target,
    ...versions,
    preventDefault: () => {
      prevented = true;
    },
  };
  for (const handler of handlers) handler?.call(target, event);
  return { prevented };
}

/** `IDBRequest` (section 4.1). */
export class StoreRequest<Result = unknown> {
  onsuccess: Handler = null;
  onerror: Handler = null;
  readonly source: unknown;
  transaction: Transaction | null;
  #outcome: { readonly result: Result | undefined; readonly error: DOMException | null } | null = null;

  constructor(source: unknown, transaction: Transaction | null) {
    this.source = source;
    this.transaction = transaction;
  }

  get readyState(): 'pending' | 'done' {
    return this.#outcome === null ? 'pending' : 'done';
  }

  get result(): Result | undefined {
    return this.#known().result;
  }

  get error(): DOMException | null {
    return this.#known().error;
  }

  /** Not of the standard: a cursor asks again through the request that opened it. */
  reopen(): void {
    this.#outcome = null;
  }

  /** Not of the standard: how it ended, before its handlers are called. */
  settle(result: Result | undefined, error: DOMException | null): void {
    this.#outcome = { result, error };
  }

  #known(): { readonly result: Result | undefined; readonly error: DOMException | null } {
    if (this.#outcome === null) throw new DOMException('the request has not ended', 'InvalidStateError');
    return this.#outcome;
  }
}

/** `IDBOpenDBRequest` (section 4.1). */
export class OpenRequest extends StoreRequest<Connection> {
  onupgradeneeded: Handler = null;
  onblocked: Handler = null;
}
