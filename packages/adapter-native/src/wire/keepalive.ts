import type { Fault } from './fault.ts';

/** How long silence is borne. All in milliseconds. */
export interface KeepaliveOptions {
  /** Silence after which the other side is asked whether it is there. */
  readonly interval: number;
  /** How long the other side may say nothing while an answer is due. */
  readonly timeout: number;
}

/** How many time-outs an answer may take when the other side is not silent: it may be large, and the link slow. */
const patience = 5;

/** What a keepalive watches over. */
export interface KeepaliveTarget {
  ping(): void;
  /** When the request that waits longest was sent, by `performance.now()`; `null` when none waits. */
  waitingSince(): number | null;
  fail(fault: Fault): void;
}

/**
 * Finds out that a link is dead. A half-open connection looks alive to TCP for many minutes, so silence is asked about, and
 * silence after that is an end. While reading is paused nothing can be heard; a pause that outlasts the keepalive is an
 * end too, since the other side drops who does not read.
 */
export class Keepalive {
  readonly #options: KeepaliveOptions;
  readonly #target: KeepaliveTarget;
  readonly #timer: ReturnType<typeof setInterval>;
  /** Since when reading goes on without a pause; `null` while it is paused. */
  #readingSince: number | null = performance.now();
  #pausedAt = 0;
  #heardAt = performance.now();
  #asked = false;

  constructor(options: KeepaliveOptions, target: KeepaliveTarget) {
    this.#options = options;
    this.#target = target;
    this.#timer = setInterval(
      () => this.#check(performance.now()),
      Math.min(options.interval, options.timeout) / 4,
    );
  }

  /** Something came. */
  heard(): void {
    this.#heardAt = performance.now();
    this.#asked = false;
  }

  paused(): void {
    this.#pausedAt = performance.now();
    this.#readingSince = null;
  }

  resumed(): void {
    this.#readingSince = performance.now();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #check(now: number): void {
    const { interval, timeout } = this.#options;
    if (this.#readingSince === null) {
      if (now - this.#pausedAt > interval + timeout) {
        this.#target.fail({ kind: 'stalled', detail: 'what came could not be stored in time' });
      }
      return;
    }
    const silence = now - Math.max(this.#heardAt, this.#readingSince);
    const waited = now - Math.max(this.#target.waitingSince() ?? now, this.#readingSince);
    if (waited > timeout * patience || (waited > timeout && silence > timeout)) {
      this.#target.fail({ kind: 'timeout', detail: 'the server does not answer' });
    } else if (!this.#asked && silence > interval) {
      this.#asked = true;
      this.#target.ping();
    }
  }
}
