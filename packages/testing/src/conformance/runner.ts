import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Adapter, Ended, OwnPresence, Session } from '@natter/core';
import { catchUp } from './catch-up.ts';
import { assertEnded } from './check-error.ts';
import type { TestHost } from './host.ts';
import type { Waiting } from './waiting.ts';

const available: OwnPresence = { availability: 'available', text: null };

/** Keeps one session running: anew whenever the network breaks, and catching up each time it is online. */
export class Runner {
  /** How each run ended, oldest first. */
  readonly endings: Ended[] = [];
  readonly #adapter: Adapter;
  readonly #session: Session;
  readonly #host: TestHost;
  readonly #waiting: Waiting;
  #abort: AbortController = new AbortController();
  #calls: AbortController = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  #online = false;

  constructor(adapter: Adapter, session: Session, host: TestHost, waiting: Waiting) {
    this.#adapter = adapter;
    this.#session = session;
    this.#host = host;
    this.#waiting = waiting;
  }

  /** Aborted when the run that is on has ended. */
  get calls(): AbortSignal {
    return this.#calls.signal;
  }

  get online(): boolean {
    return this.#online;
  }

  /** Runs until it is stopped. */
  start(): void {
    this.#abort = new AbortController();
    this.#loop = this.#keepRunning(this.#abort.signal);
  }

  /** Stops it, and throws what the adapter did wrong so far. */
  async stop(): Promise<void> {
    // A run that has just ended by itself is not one that was aborted: a turn, so that it is seen.
    await nextTurn();
    this.#abort.abort();
    await this.#waiting.within('run() ends after the abort', this.#loop);
    await nextTurn();
    assert.deepEqual(this.#host.faults, [], 'the adapter broke the contract');
  }

  /** One run, without catching up. */
  async once(signal: AbortSignal): Promise<Ended> {
    const { cursors, gaps } = this.#host.ledger;
    this.#host.catchingUp = true;
    this.#host.running = true;
    try {
      const resume = { cursors: { ...cursors }, openGaps: [...gaps.values()], presence: available };
      const ended = await this.#session.run(resume, signal);
      this.#checkEnd(ended, signal.aborted, signal);
      return ended;
    } finally {
      this.#online = false;
      // A turn for calls that the end of the run ends.
      await nextTurn();
      this.#host.running = false;
    }
  }

  async #keepRunning(signal: AbortSignal): Promise<void> {
    for (;;) {
      this.#calls = new AbortController();
      const caughtUp = this.#followPhases();
      const ended = await this.once(signal);
      this.#calls.abort();
      await caughtUp();
      this.endings.push(ended);
      this.#waiting.notify();
      if (ended.why !== 'network' || signal.aborted) return;
    }
  }

  /** Catches up as soon as the session says that it is online; the answer waits for the end of that. */
  #followPhases(): () => Promise<void> {
    const before = this.#host.phases.length;
    let caughtUp: Promise<void> | null = null;
    this.#host.onChange(() => {
      if (caughtUp === null && this.#host.phases.slice(before).includes('online')) {
        this.#online = true;
        caughtUp = catchUp(this.#adapter, this.#session, this.#host, this.#calls.signal);
        void caughtUp.then(this.#waiting.notify);
      }
      this.#waiting.notify();
    });
    return async () => caughtUp ?? undefined;
  }

  #checkEnd(ended: Ended, aborted: boolean, signal: AbortSignal): void {
    assertEnded(ended);
    const { faults } = this.#host;
    if (aborted && ended.why !== 'stopped') faults.push(`an aborted run ended with "${ended.why}"`);
    if (!aborted && ended.why === 'stopped') faults.push('a run was "stopped" that nobody aborted');
    const left = getEventListeners(signal, 'abort').length;
    if (left > 0) faults.push(`run() left ${left} listeners on its signal`);
  }
}
