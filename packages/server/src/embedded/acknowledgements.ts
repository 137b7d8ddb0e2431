import type { DatabaseSync } from 'node:sqlite';
import type { AccountId, DeviceId } from '../ports/identifiers.ts';
import { GatheredWrites } from './gathered-writes.ts';
import type { Journal } from './journal.ts';

interface Acknowledged {
  readonly account: AccountId;
  readonly position: number;
}

/**
 * How far devices have acknowledged their update logs. Every push of every device is acknowledged, so they are
 * gathered; a crash forgets the last ones, which costs nothing.
 */
export class Acknowledgements {
  readonly #writes: GatheredWrites<DeviceId, Acknowledged>;

  constructor(database: DatabaseSync, journal: Journal) {
    const update = database.prepare(
      'UPDATE device SET cursor = ? WHERE id = ? AND account = ? AND cursor < ?',
    );
    this.#writes = new GatheredWrites(journal, (device, { account, position }) =>
      update.run(position, device, account, position),
    );
  }

  note(account: AccountId, device: DeviceId, position: number): void {
    if (position > this.of(device)) this.#writes.note(device, { account, position });
  }

  /** What a device has acknowledged and is not written yet; 0: nothing. */
  of(device: DeviceId): number {
    return this.#writes.waiting(device)?.position ?? 0;
  }

  /** Writes what waits. Resolves after the commit, and also when it fails. */
  write(): Promise<void> {
    return this.#writes.flush();
  }
}
