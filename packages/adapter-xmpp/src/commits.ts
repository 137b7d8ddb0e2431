import type { Batch, SessionHost } from '@natter/core';
import { WireError } from './wire/error.ts';
import type { XmppStream } from './wire/stream.ts';

/** The key under which the session to resume is kept. */
export const RESUME_KEY = 'stream-management';

/** Uncommitted batches at which reading stops, and at which it goes on. */
const HIGH = 256;
const LOW = 64;

/**
 * Hands batches to the hub and acknowledges stanzas once they are stored, and not before. The state of stream
 * management goes into the same transaction as what it covers, so that a crash at any point only makes the server send again.
 */
export class Commits {
  readonly #host: SessionHost;
  readonly #stream: XmppStream;
  /** How many bytes had come when each batch that is not stored yet went out, oldest first. */
  readonly #pending: number[] = [];
  #paused = false;
  #newest = 0;
  #storing = false;

  constructor(host: SessionHost, stream: XmppStream) {
    this.#host = host;
    this.#stream = stream;
  }

  /** Stores what stanza `number` says; resolves when it is durable, and the stanza may then be acknowledged. */
  async stanza(number: number, batch: Batch): Promise<boolean> {
    this.#newest = Math.max(this.#newest, number);
    const stored = await this.#commit({ ...batch, state: { ...batch.state, ...this.#resumeState() } });
    if (!stored) return false;
    this.#stream.finished(number);
    this.#stream.storedUpTo(number);
    return true;
  }

  /** Stores what no single stanza says. False when the store failed, which ends the stream. */
  batch(batch: Batch): Promise<boolean> {
    return this.#commit(batch);
  }

  /** Makes durable that everything so far is dealt with, so that the server may forget it; one such transaction at a time. */
  async storeProgress(): Promise<void> {
    if (this.#storing || this.#stream.ended) return;
    this.#storing = true;
    const number = Math.max(this.#newest, this.#stream.management.done);
    const stored = await this.#commit({ origin: 'live', events: [], state: this.#resumeState() });
    this.#storing = false;
    if (stored) this.#stream.storedUpTo(number);
  }

  /**
   * The session as it can be resumed once this and all earlier batches are stored: they are committed in order, so the
   * newest stanza that is on its way covers all before it.
   */
  #resumeState(): Record<string, string | null> {
    const { management } = this.#stream;
    const state = management.resumeState(Math.max(this.#newest, management.done));
    return { [RESUME_KEY]: state === null ? null : JSON.stringify(state) };
  }

  async #commit(batch: Batch): Promise<boolean> {
    this.#pending.push(this.#stream.bytes);
    this.#regulate();
    try {
      await this.#host.commit(batch);
      return true;
    } catch (error) {
      this.#stream.destroy(new WireError('disconnected', 'what came could not be stored', { cause: error }));
      return false;
    } finally {
      this.#pending.shift(); // they are stored in the order in which they went out
      this.#regulate();
    }
  }

  /** Stops reading while too much waits for the store, be it many stanzas or large ones. */
  #regulate(): void {
    const { channel, bytes, limits } = this.#stream;
    const waiting = this.#pending.length;
    const size = bytes - (this.#pending[0] ?? bytes);
    const [most, least] = [limits.waitingBytes / 2, limits.waitingBytes / 8];
    if (!this.#paused && (waiting >= HIGH || size > most)) {
      this.#paused = true;
      channel.pause();
    } else if (this.#paused && waiting <= LOW && size < least) {
      this.#paused = false;
      channel.resume();
    }
  }
}
