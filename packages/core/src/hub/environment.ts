import type { Adapter } from '../contract/index.ts';
import type { JsonObject } from '../model/index.ts';
import type { BlobStore, SecretStore, Store } from '../ports/index.ts';
import type { BackoffPolicy } from './backoff.ts';
import type { CommitQueue } from './state/commit-queue.ts';
import type { Profile } from './state/profile.ts';

/** Hears what the hub and its adapters have to say. `data` holds no secret and no message text. */
export type LogSink = (level: 'debug' | 'info' | 'warn' | 'error', code: string, data?: JsonObject) => void;

/** What the parts of a hub share. */
export interface Environment {
  readonly profile: Profile;
  readonly store: Store;
  readonly queue: CommitQueue;
  readonly secrets: SecretStore;
  readonly blobs: BlobStore;
  readonly adapters: ReadonlyMap<string, Adapter>;
  readonly backoff: BackoffPolicy;
  /** Milliseconds that a session gets to answer after it was told to stop. */
  readonly patience: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: LogSink;
}
