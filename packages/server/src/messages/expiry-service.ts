import type { MessageExpiry } from '../ports/message-expiry.ts';

/** Longest sleep; timers cannot be set for months. Milliseconds. */
const longestSleep = 3_600_000;
/** After a failure of the store. */
const pauseAfterFault = 5_000;

/** Lets messages vanish when their time has come: sleeps until the next one is due. */
export class ExpiryService {
  readonly #expiry: MessageExpiry;
  readonly #clock: () => number;
  readonly #onFault: (error: unknown) => void;
  #timer: NodeJS.Timeout | null = null;
  /** When the timer rings, by the clock. */
  #wake: number | null = null;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(expiry: MessageExpiry, clock: () => number, onFault: (error: unknown) => void) {
    this.#expiry = expiry;
    this.#clock = clock;
    this.#onFault = onFault;
  }

  /** Begins with what came due while the server was not running. */
  start(): { stop(): Promise<void> } {
    this.note(this.#clock());
    return {
      stop: async (): Promise<void> => {
        this.#stopped = true;
        if (this.#timer !== null) clearTimeout(this.#timer);
        await this.#running;
      },
    };
  }

  /** A message was stored that is due then. */
  note(due: number): void {
    if (this.#stopped || (this.#wake !== null && this.#wake <= due)) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#wake = due;
    const sleep = Math.min(Math.max(0, due - this.#clock()), longestSleep);
    this.#timer = setTimeout(() => {
      this.#wake = null;
      this.#running = this.#run();
    }, sleep);
    this.#timer.unref();
  }

  async #run(): Promise<void> {
    try {
      const { next } = await this.#expiry.expire(this.#clock());
      if (next !== null) this.note(next);
    } catch (error) {
      this.#onFault(error);
      this.note(this.#clock() + pauseAfterFault);
    }
  }
}
