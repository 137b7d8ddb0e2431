/** What an idle watch needs to know. */
export interface IdleOptions {
  /** Milliseconds without a front end. */
  readonly after: number;
  /** Whether there is still something to do that nobody watches, such as messages that wait for the network. */
  readonly busy: () => Promise<boolean>;
  /** Called once. */
  readonly onIdle: () => void;
}

/** Counts front ends, and tells when there has been none for a while. */
export class IdleWatch {
  readonly #options: IdleOptions;
  #stay: boolean;
  #frontEnds = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: IdleOptions, stay: boolean) {
    this.#options = options;
    this.#stay = stay;
    this.#wait();
  }

  get frontEnds(): number {
    return this.#frontEnds;
  }

  get stay(): boolean {
    return this.#stay;
  }

  set stay(stay: boolean) {
    this.#stay = stay;
    this.#wait();
  }

  /** A front end came. Returns the function that says that it left; call it once. */
  enter(): () => void {
    this.#frontEnds += 1;
    clearTimeout(this.#timer);
    return () => {
      this.#frontEnds -= 1;
      this.#wait();
    };
  }

  /** Waits no more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#stay = true;
  }

  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#stay || this.#frontEnds > 0) return;
    // setTimeout takes 31 bits; the watch goes on from there when nothing has come.
    this.#timer = setTimeout(() => void this.#look(), Math.min(this.#options.after, 2 ** 31 - 1));
  }

  async #look(): Promise<void> {
    const busy = await this.#options.busy();
    if (this.#stay || this.#frontEnds > 0) return;
    if (busy) this.#wait();
    else this.#options.onIdle();
  }
}
