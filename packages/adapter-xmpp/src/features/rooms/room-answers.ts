import { WireError } from '../../wire/error.ts';

/** How long a room may take to let us in or out, in milliseconds. */
const ANSWER_TIME = 30_000;

interface Waiter<T> {
  resolve(answer: T): void;
  reject(error: WireError): void;
}

/** Rooms answer by presences that refer to no request: at most one answer of a kind is waited for in each. */
export class RoomAnswers<T> {
  readonly #waiters = new Map<string, Waiter<T>>();

  /** Waits for the answer of a room. Rejects with WireError, also when it takes too long. */
  expect(room: string, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const over = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.#waiters.delete(room);
      };
      const waiter: Waiter<T> = {
        resolve: (answer) => {
          over();
          resolve(answer);
        },
        reject: (error) => {
          over();
          reject(error);
        },
      };
      const late = (): void => waiter.reject(new WireError('timeout', 'the room does not answer'));
      const abort = (): void => waiter.reject(new WireError('aborted', 'given up'));
      const timer = setTimeout(late, ANSWER_TIME);
      this.#waiters.set(room, waiter);
      signal.addEventListener('abort', abort);
      if (signal.aborted) abort();
    });
  }

  expects(room: string): boolean {
    return this.#waiters.has(room);
  }

  settle(room: string, answer: T): void {
    this.#waiters.get(room)?.resolve(answer);
  }

  /** The stream is over: no room answers any more. */
  stop(error: WireError): void {
    for (const waiter of this.#waiters.values()) waiter.reject(error);
  }

  refuse(room: string, error: WireError): void {
    this.#waiters.get(room)?.reject(error);
  }
}
