/** How fast lines may leave. */
export interface FloodLimits {
  /** Lines that may leave at once. */
  readonly burst: number;
  /** Lines a second after that. */
  readonly perSecond: number;
}

/** What servers take: RFC 2813 section 5.8 gives ten seconds of credit, and today a line costs about one. */
export const DEFAULT_FLOOD: FloodLimits = { burst: 5, perSecond: 1 };

/** A line that waits for its turn. */
interface Waiting {
  readonly text: string;
  readonly left: (sent: boolean) => void;
}

/** Lines that wait to leave one after the other. */
export interface Queued {
  /** Whether the first, and the last, has left; false when it never will. */
  readonly first: Promise<boolean>;
  readonly last: Promise<boolean>;
  /** Takes them back. False when some have left already, which then all do. */
  cancel(): boolean;
}

/**
 * A token bucket before the socket: a server cuts who talks too fast. Lines keep their order; what must not wait (PONG)
 * goes past the queue and counts all the same.
 */
export class SendQueue {
  readonly #write: (text: string) => void;
  readonly #limits: FloodLimits;
  readonly #waiting: Waiting[] = [];
  #tokens: number;
  #refilled = performance.now();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #closed = false;

  constructor(write: (text: string) => void, limits: FloodLimits) {
    this.#write = write;
    this.#limits = limits;
    this.#tokens = limits.burst;
  }

  /** Queues lines between which no other comes. */
  send(texts: readonly string[]): Queued {
    const lines = texts.map((text) => ({ text, ...Promise.withResolvers<boolean>() }));
    const waiting: readonly Waiting[] = lines.map(({ text, resolve }) => ({ text, left: resolve }));
    if (this.#closed) for (const { left } of waiting) left(false);
    else this.#waiting.push(...waiting);
    this.#pump();
    const none = Promise.resolve(false);
    return {
      first: lines[0]?.promise ?? none,
      last: lines.at(-1)?.promise ?? none,
      cancel: () => this.#cancel(waiting),
    };
  }

  #cancel(lines: readonly Waiting[]): boolean {
    const at = lines[0] === undefined ? -1 : this.#waiting.indexOf(lines[0]);
    if (at < 0) return false;
    for (const { left } of this.#waiting.splice(at, lines.length)) left(false);
    return true;
  }

  /** Leaves at once. */
  urgent(text: string): void {
    if (this.#closed) return;
    this.#refill();
    // However often a server makes us answer, what waits is held up by no more than a second burst.
    this.#tokens = Math.max(-this.#limits.burst, this.#tokens - 1);
    this.#write(text);
  }

  /** Forgets what left so far: servers begin to count when registration is over. */
  restart(): void {
    this.#tokens = this.#limits.burst;
    this.#refilled = performance.now();
  }

  /** Drops what waits; nothing leaves any more. */
  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (const { left } of this.#waiting.splice(0)) left(false);
  }

  #pump(): void {
    if (this.#timer !== null || this.#closed) return;
    this.#refill();
    while (this.#tokens >= 1) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#tokens -= 1;
      this.#write(next.text);
      next.left(true);
    }
    if (this.#waiting.length === 0) return;
    const wait = Math.ceil(((1 - this.#tokens) / this.#limits.perSecond) * 1000);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#pump();
    }, wait);
  }

  #refill(): void {
    const now = performance.now();
    const earned = ((now - this.#refilled) / 1000) * this.#limits.perSecond;
    this.#tokens = Math.min(this.#limits.burst, this.#tokens + earned);
    this.#refilled = now;
  }
}
