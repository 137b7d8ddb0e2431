import type { Opaque } from '@natter/core/model';
import { accountScope, type Page } from '@natter/core';
import type { Runtime } from '../runtime.ts';
import type { Archive } from './archive.ts';

/** How long after the last message of ours (milliseconds) the archive is asked where it put them. */
const QUIET = 1_000;

/**
 * A server tells a sender neither the archive's id of what it sends nor its place among what comes in meanwhile. So after
 * each burst of our own messages the archive is read on from where catch-up ended, which gives both: all devices and both
 * sides then show one order, and not only after the next reconnect.
 */
export class Reconciliation {
  readonly #runtime: Runtime;
  readonly #archive: Archive;
  readonly #over = new AbortController();
  #cursor: Opaque | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #running = false;

  constructor(runtime: Runtime, archive: Archive) {
    this.#runtime = runtime;
    this.#archive = archive;
  }

  /** The hub has this page of catch-up; once it is the last one, the archive may be read on from here. */
  caughtUp({ reached, batch }: Page): void {
    if (reached === 'end') this.#cursor = batch.cursors?.[accountScope] ?? null;
  }

  /** We have said something. */
  soon(): void {
    if (this.#cursor === null || this.#over.signal.aborted) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(), QUIET);
  }

  /** The stream is over. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#over.abort();
  }

  async #run(): Promise<void> {
    if (this.#running) return this.soon();
    this.#running = true;
    try {
      for (let more = true; more && this.#cursor !== null;) more = await this.#page(this.#cursor);
    } catch {
      // The next catch-up reads the same: what it needs is stored, and an ended stream tells why by itself.
    } finally {
      this.#running = false;
    }
  }

  async #page(after: Opaque): Promise<boolean> {
    const page = await this.#archive.catchUp(after, this.#over.signal);
    if (!(await this.#runtime.commits.batch(page.batch))) return false;
    this.#cursor = page.batch.cursors?.[accountScope] ?? after;
    return page.reached !== 'end';
  }
}
