import type { Batch, SessionHost } from '@natter/core';

/** Commits that may wait to be stored while the next is made ready: what is read must stay bounded. */
const MOST_AHEAD = 2;

/**
 * Commits that follow each other, of which a few are under way at once: what comes next is read while the store writes.
 * They are stored in their order, and the hub takes none behind one that failed.
 */
export class CommitsAhead {
  readonly #host: Pick<SessionHost, 'commit'>;
  #underWay: Promise<void>[] = [];

  constructor(host: Pick<SessionHost, 'commit'>) {
    this.#host = host;
  }

  /** Resolves when there is room for another. Rejects with what an earlier one failed with. */
  async commit(batch: Batch): Promise<void> {
    const commit = this.#host.commit(batch);
    commit.catch(() => {}); // told to who waits for it below
    this.#underWay.push(commit);
    while (this.#underWay.length > MOST_AHEAD) await this.#underWay.shift();
  }

  /** Resolves when all of them are stored. Rejects with what one failed with. */
  async stored(): Promise<void> {
    const rest = this.#underWay;
    this.#underWay = [];
    await Promise.all(rest);
  }
}
