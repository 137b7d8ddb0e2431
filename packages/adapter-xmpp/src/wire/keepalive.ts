/**
 * Finds a dead link: after some silence it asks for a sign of life, and without one the link is given up. A reader that
 * is paused for that long counts as dead too: dropping and resuming is cheaper than an endless buffer.
 */
export class Keepalive {
  readonly #idleTime: number;
  readonly #probeTime: number;
  readonly #probe: () => void;
  readonly #giveUp: () => void;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #heard = false;
  #probing = false;

  /** Times in milliseconds. `probe` asks the peer for something; `giveUp` is called at most once. */
  constructor(idleTime: number, probeTime: number, probe: () => void, giveUp: () => void) {
    this.#idleTime = idleTime;
    this.#probeTime = probeTime;
    this.#probe = probe;
    this.#giveUp = giveUp;
  }

  start(): void {
    this.#wait(this.#idleTime);
  }

  /** Something came from the peer. */
  heard(): void {
    this.#heard = true;
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #wait(time: number): void {
    this.stop();
    this.#heard = false;
    this.#timer = setTimeout(() => this.#look(), time);
  }

  #look(): void {
    if (this.#heard) {
      this.#probing = false;
      return this.#wait(this.#idleTime);
    }
    if (this.#probing) return this.#giveUp();
    this.#probing = true;
    this.#wait(this.#probeTime);
    this.#probe();
  }
}
