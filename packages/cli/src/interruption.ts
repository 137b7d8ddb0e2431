import { constants } from 'node:os';

/** Milliseconds that a command gets to end in order, unless it has asked for more. */
const defaultPatience = 5000;

/** Why a command was interrupted: by a signal. */
export class Interrupted extends Error {
  override readonly name = 'AbortError';
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super('interrupted');
    this.signal = signal;
  }

  /** 130 for Ctrl-C, as shells have it: 128 and the number of the signal. */
  get exitCode(): number {
    return 128 + constants.signals[this.signal];
  }
}

/** Ctrl-C and its like: the first asks the command to end, the second, or a command that does not, ends the process. */
export class Interruption {
  readonly #controller = new AbortController();
  #patience = defaultPatience;

  /** Aborts with an {@link Interrupted}. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** A command that has much to end in order takes so many milliseconds for it. */
  allow(milliseconds: number): void {
    this.#patience = milliseconds;
  }

  interrupt(signal: NodeJS.Signals): void {
    const reason = new Interrupted(signal);
    if (this.#controller.signal.aborted) process.exit(reason.exitCode);
    this.#controller.abort(reason);
    setTimeout(() => process.exit(reason.exitCode), this.#patience).unref();
  }
}
