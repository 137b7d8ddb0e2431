/** Where an error goes that belongs to no caller: a throwing subscriber, a queued write, a failing view function. */
export type ErrorHook = (error: unknown) => void;

/** Something that changes in frames: a collection, a view, a state, an event stream. */
export interface FrameMember {
  /** 0 for what is written directly; a view is one deeper than the deepest of its sources. */
  readonly depth: number;
  /** Called once, after all writes of the frame and before any listener hears; true when something really changed. */
  settle(version: number): boolean;
  /** Called once, when every member is settled; tells the listeners. */
  tell(version: number): void;
}

/** Something a view can follow inside the frame: a state, or an ordered view. */
export interface Followed {
  /** The frames it changes in. */
  readonly frames: Frames;
  /** See {@link FrameMember.depth}. */
  readonly depth: number;
  /** Calls the follower inside each frame that changes this. Returns the function that stops it. */
  attach(follower: FrameFollower): () => void;
}

/** A view on something {@link Followed}. */
export interface FrameFollower {
  /** Called once per frame that changed the source, before any listener hears. */
  changed(): void;
  /** Called in the last frame of the source, after `changed`. */
  end(): void;
}

/** What the frame is doing: `writing` runs the commit, `settling` brings views up to date, `telling` calls listeners. */
export type FramePhase = 'idle' | 'writing' | 'settling' | 'telling';

/**
 * Turns the writes of one commit into one frame: every collection is mutated, every view brought up to date, and only
 * then is every listener told, once, with one version. So no listener ever sees half a commit, and none sees an older
 * value after a newer one: a write made by a listener waits until the frame that woke it has been told to everybody.
 */
export class Frames {
  readonly #onError: ErrorHook;
  readonly #queue: (() => void)[] = [];
  readonly #touched: Set<FrameMember>[] = [];
  #arrivals: (() => void)[] = [];
  #phase: FramePhase = 'idle';
  #version = 0;

  /** @param onError hears every error that has no caller to go to; it must not throw. */
  constructor(onError: ErrorHook) {
    this.#onError = onError;
  }

  /** The number of the last frame that changed anything; all members changed by one frame carry the same. */
  get version(): number {
    return this.#version;
  }

  /** What the frame is doing now. */
  get phase(): FramePhase {
    return this.#phase;
  }

  /**
   * Runs `write` as one frame and returns when all listeners were told. Inside a write it joins that commit. Inside a
   * listener it queues: the frame runs after the present one was told, and an error of it goes to the error hook.
   * An error thrown by `write` is thrown to the caller after what had been written was told: nothing is rolled back.
   */
  run(write: () => void): void {
    switch (this.#phase) {
      case 'writing':
        write();
        return;
      case 'settling':
        throw new Error('A view function (predicate, projection, sort key) must not write to a collection.');
      case 'telling':
        this.#queue.push(write);
        return;
      case 'idle': {
        const failed = this.#frame(write);
        this.#drain();
        if (failed !== undefined) throw failed.error;
      }
    }
  }

  /** Called by a member that was written to, or by a view whose source has changed, while the frame is open. */
  touch(member: FrameMember): void {
    let level = this.#touched[member.depth];
    while (level === undefined) {
      this.#touched.push(new Set());
      level = this.#touched[member.depth];
    }
    level.add(member);
  }

  /** Runs `arrive` now, or, while a commit is half written, as soon as it is settled: a new listener's first look. */
  whenSettled(arrive: () => void): void {
    if (this.#phase === 'writing' || this.#phase === 'settling') this.#arrivals.push(arrive);
    else arrive();
  }

  /** Reports an error that has no caller. */
  report(error: unknown): void {
    this.#onError(error);
  }

  /** Calls a function of the application; a failure is reported and `fallback` stands in for the result. */
  attempt<T>(call: () => T, fallback: T): T {
    try {
      return call();
    } catch (error) {
      this.report(error);
      return fallback;
    }
  }

  #drain(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const failed = this.#frame(next);
      if (failed !== undefined) this.report(failed.error);
    }
  }

  #frame(write: () => void): { error: unknown } | undefined {
    let failed: { error: unknown } | undefined;
    this.#phase = 'writing';
    try {
      write();
    } catch (error) {
      failed = { error };
    }
    this.#phase = 'settling';
    const changed = this.#settle();
    this.#phase = 'telling';
    this.#tell(changed);
    this.#phase = 'idle';
    return failed;
  }

  /** Shallow members first, so that a view finds its sources settled; a view touched on the way is deeper and comes later. */
  #settle(): FrameMember[] {
    const version = this.#version + 1;
    const changed: FrameMember[] = [];
    for (let depth = 0; depth < this.#touched.length; depth += 1) {
      const level = this.#touched[depth];
      if (level === undefined || level.size === 0) continue;
      for (const member of level) {
        try {
          if (member.settle(version)) changed.push(member);
        } catch (error) {
          this.report(error);
        }
      }
      level.clear();
    }
    if (changed.length > 0) this.#version = version;
    return changed;
  }

  #tell(changed: readonly FrameMember[]): void {
    const arrivals = this.#arrivals;
    if (arrivals.length > 0) this.#arrivals = [];
    for (const arrive of arrivals) this.attempt(arrive, undefined);
    for (const member of changed) {
      try {
        member.tell(this.#version);
      } catch (error) {
        this.report(error);
      }
    }
  }
}
