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
  #heardAt = 0;
  #probedAt: number | null = null;

  /** Times in milliseconds. `probe` asks the peer for something; `giveUp` is called at most once. */
  constructor(idleTime: number, probeTime: number, probe: () => void, giveUp: () => void) {
    this.#idleTime = idleTime;
    this.#probeTime = probeTime;
    this.#probe = probe;
    this.#giveUp = giveUp;
  }

  start(): void {
    this.heard();
    this.#wait(this.#idleTime);
  }

  /** Something came from the peer, be it a part of a stanza that takes long on a slow line. */
  heard(): void {
    this.#heardAt = performance.now();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #wait(time: number): void {
    this.stop();
    this.#timer = setTimeout(() => this.#look(), time);
  }

  #look(): void {
    const silence = performance.now() - this.#heardAt;
    const answered = this.#probedAt === null || this.#heardAt > this.#probedAt;
    if (!answered) return this.#giveUp();
    this.#probedAt = null;
    // A timer may fire a moment early.
    if (silence < this.#idleTime - 1) return this.#wait(this.#idleTime - silence);
    this.#probedAt = performance.now();
    this.#wait(this.#probeTime);
    this.#probe();
  }
}
