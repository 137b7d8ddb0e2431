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

  /** Resolves with true when the line has left, with false when it never will. */
  send(text: string): Promise<boolean> {
    if (this.#closed) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#waiting.push({ text, left: resolve });
      this.#pump();
    });
  }

  /** Takes back a line that has not left. False when it has. */
  cancel(text: string): boolean {
    const index = this.#waiting.findIndex((waiting) => waiting.text === text);
    const [waiting] = index < 0 ? [] : this.#waiting.splice(index, 1);
    waiting?.left(false);
    return waiting !== undefined;
  }

  /** Leaves at once. */
  urgent(text: string): void {
    if (this.#closed) return;
    this.#refill();
    this.#tokens -= 1;
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
