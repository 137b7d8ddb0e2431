import type { AccountId, BlobId, Transfer } from '../../model/index.ts';
import { LiveMapWriter } from '../../streams/index.ts';
import type { Frames, LiveMap } from '../../streams/index.ts';

/** Transfers that run, and the last word of those that ended, until somebody has had time to read it. */
export class TransferTable {
  readonly #rows: LiveMapWriter<BlobId, Transfer>;
  readonly #kept = 100;
  /** How to stop those that run. */
  readonly controllers: Map<BlobId, AbortController> = new Map();

  constructor(frames: Frames) {
    this.#rows = new LiveMapWriter(frames);
  }

  get rows(): LiveMap<BlobId, Transfer> {
    return this.#rows;
  }

  set(transfer: Transfer): void {
    this.#rows.set(transfer.blob, transfer);
    if (this.#rows.size > this.#kept) this.#forgetOldest();
  }

  /** What an adapter tells of a transfer that runs. */
  progress(account: AccountId, blob: BlobId, transferred: number, total: number | null): void {
    const known = this.#rows.get(blob);
    // Blobs have ids of ours: another account's transfer is not for this one to speak of.
    if (known && known.account !== account) return;
    if (known && known.state !== 'running' && known.state !== 'waiting') return;
    this.set({
      account,
      blob,
      direction: known?.direction ?? 'upload',
      transferred,
      total: total ?? known?.total ?? null,
      state: 'running',
    });
  }

  /** Those that ended first; of the others only what nobody here has started: what an adapter tells may never end. */
  #forgetOldest(): void {
    const over = [...this.#rows.entries()].find(
      ([, { state }]) => state !== 'running' && state !== 'waiting',
    );
    if (over) {
      this.#rows.delete(over[0]);
      return;
    }
    for (const [blob] of this.#rows.entries()) {
      if (this.controllers.has(blob)) continue;
      this.#rows.delete(blob);
      return;
    }
  }
}
