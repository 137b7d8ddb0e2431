import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { AccountId, DeviceId } from '../ports/identifiers.ts';
import type { Journal } from './journal.ts';

/** How long acknowledgements are gathered. Milliseconds. */
const gatherTime = 200;

/**
 * How far devices have acknowledged their update logs. Every push of every device is acknowledged, so they are
 * gathered and written together; a crash forgets the last ones, which costs nothing.
 */
export class Acknowledgements {
  readonly #journal: Journal;
  readonly #update: StatementSync;
  #waiting = new Map<DeviceId, { account: AccountId; position: number }>();
  #timer: NodeJS.Timeout | null = null;

  constructor(database: DatabaseSync, journal: Journal) {
    this.#journal = journal;
    this.#update = database.prepare(
      'UPDATE device SET cursor = ? WHERE id = ? AND account = ? AND cursor < ?',
    );
  }

  note(account: AccountId, device: DeviceId, position: number): void {
    if (position <= this.of(device)) return;
    this.#waiting.set(device, { account, position });
    this.#timer ??= setTimeout(() => void this.write(), gatherTime).unref();
  }

  /** What a device has acknowledged and is not written yet; 0: nothing. */
  of(device: DeviceId): number {
    return this.#waiting.get(device)?.position ?? 0;
  }

  /** Writes what waits. Resolves after the commit, and also when it fails: it is only written again later. */
  async write(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const waiting = [...this.#waiting];
    if (waiting.length === 0) return;
    const work = this.#journal.write(() => {
      for (const [device, { account, position }] of waiting)
        this.#update.run(position, device, account, position);
    });
    const written = await work.then(
      () => true,
      () => false,
    );
    if (!written) return;
    for (const [device, { position }] of waiting)
      if (this.of(device) === position) this.#waiting.delete(device);
  }
}
