import type { Bus, Notice } from '../ports/bus.ts';
import type { AccountId } from '../ports/identifiers.ts';

/** The bus of one process. A handler that throws is a fault of its session and harms no other. */
export class LocalBus implements Bus {
  readonly #notices = new Topics<Notice>();
  readonly #presence = new Topics<string>();
  readonly #onFault: (error: unknown) => void;

  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault;
  }

  publish(account: AccountId, notice: Notice): void {
    this.#notices.publish(account, notice, this.#onFault);
  }

  subscribe(account: AccountId, handler: (notice: Notice) => void): () => void {
    return this.#notices.subscribe(account, handler);
  }

  publishPresence(account: AccountId, text: string): void {
    this.#presence.publish(account, text, this.#onFault);
  }

  subscribePresence(account: AccountId, handler: (text: string) => void): () => void {
    return this.#presence.subscribe(account, handler);
  }
}

class Topics<T> {
  readonly #handlers = new Map<AccountId, Set<(value: T) => void>>();

  publish(account: AccountId, value: T, onFault: (error: unknown) => void): void {
    const handlers = this.#handlers.get(account);
    if (handlers === undefined) return;
    // A handler may unsubscribe itself or another one: a set bears that while it is gone through.
    for (const handler of handlers) {
      try {
        handler(value);
      } catch (error) {
        onFault(error);
      }
    }
  }

  subscribe(account: AccountId, handler: (value: T) => void): () => void {
    const handlers = this.#handlers.get(account) ?? new Set();
    this.#handlers.set(account, handlers);
    // Wrapped, so that one handler that subscribes twice is called twice and each call can be ended apart.
    const own = (value: T): void => handler(value);
    handlers.add(own);
    return () => {
      handlers.delete(own);
      if (handlers.size === 0 && this.#handlers.get(account) === handlers) this.#handlers.delete(account);
    };
  }
}
