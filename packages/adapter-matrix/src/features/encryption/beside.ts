import type { SessionHost } from '@natter/core';

/** Work that goes on beside the synchronisation, one piece after the other; what fails is tried with the next. */
export class Beside {
  readonly #host: SessionHost;
  readonly #ended: AbortSignal;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #work: Promise<unknown> = Promise.resolve();

  constructor(host: SessionHost, ended: AbortSignal) {
    this.#host = host;
    this.#ended = ended;
  }

  /** Does it behind what is under way. Never rejects, and does nothing once the run has ended. */
  do(work: () => Promise<unknown>): void {
    this.#work = this.#work
      .then(() => (this.#ended.aborted ? undefined : work()))
      .catch((error: unknown) => {
        if (this.#ended.aborted) return;
        const message = error instanceof Error ? error.message : String(error);
        this.#host.log('warn', 'matrix-keys-not-sent', { message: message.slice(0, 200) });
      });
  }

  /** Does it after a while (milliseconds), unless the run ends before. */
  later(milliseconds: number, work: () => Promise<unknown>): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.do(work);
    }, milliseconds);
    this.#timers.add(timer);
  }

  /** Resolves when nothing is under way; what was to be done later is not done. */
  async idle(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#work;
  }
}
