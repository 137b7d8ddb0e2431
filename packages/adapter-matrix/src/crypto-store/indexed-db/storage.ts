import type { Commits } from '../commits.ts';
import type { Catalog } from '../tables/catalog.ts';
import type { Records } from '../tables/records.ts';
import type { TransactionQueue } from './transaction-queue.ts';

/** What the objects of one file share. */
export interface Storage {
  readonly catalog: Catalog;
  readonly records: Records;
  readonly commits: Commits;
  readonly queue: TransactionQueue;
}
