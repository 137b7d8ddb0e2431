import type {
  Announcement,
  Attention,
  BlobId,
  Capabilities,
  JsonObject,
  Opaque,
  OperationId,
  RemoteKey,
  RosterState,
} from '../model/index.ts';
import type { Interaction } from './adapter.ts';
import type { Batch } from './batch.ts';
import type { Ephemeral } from './ephemeral.ts';

/** What the hub offers to an adapter at sign-in and to a session. */
export interface BaseHost {
  /** A secret of this account (`password`, `token`, ...), or `null`. Ask when it is needed and do not keep it. */
  secret(name: string): Promise<string | null>;
  /** Durable when resolved: a rotated token is stored before it is first used. `null` forgets it. */
  setSecret(name: string, value: string | null): Promise<void>;
  /** `code` is a stable name; `data` holds no secret and no message text. */
  log(level: 'debug' | 'info' | 'warn', code: string, data?: JsonObject): void;
}

/** What the hub offers to a running session. */
export interface SessionHost extends BaseHost {
  /**
   * Where the connection attempt stands. `online` says that `perform`, `history` and the others may be called; the hub
   * then drives catch-up and after that empties the outbox.
   */
  phase(phase: 'connecting' | 'authenticating' | 'syncing' | 'online', progress?: number): void;
  /** What was negotiated: replaces what was told before for the same scope. */
  capabilities(scope: 'account' | { readonly conversation: RemoteKey }, capabilities: Capabilities): void;
  /** How much of the contact list has arrived in this run. */
  roster(state: RosterState): void;
  /** What needs the user; replaces what was told before. */
  attention(items: readonly Attention[]): void;
  /** What the server says of itself, oldest first; replaces what was told before. Only the latest are shown. */
  announcements(items: readonly Announcement[]): void;
  /**
   * Hands over stored things, first in, first out. Resolves after the store transaction: then acknowledge upstream,
   * cumulatively. Rejects only on a dead store or an invalid batch: end the run, acknowledge nothing; the hub takes nothing
   * more from this run, and aborts it. The hub never waits for an answer of the session before it resolves this, so a
   * reader may await it with its socket paused.
   */
  commit(batch: Batch): Promise<void>;
  /** Presence, typing, progress: conflated to the latest per key and never stored. */
  hint(events: readonly Ephemeral[]): void;
  /** The adapter's own durable state whose keys start with `prefix`; written only through {@link Batch.state}. */
  state(prefix: string): Promise<Readonly<Record<string, Opaque>>>;
  /** Makes a memo of an operation durable, before an irreversible step of {@link Session.perform}. */
  checkpoint(operation: OperationId, memo: Opaque): Promise<void>;
  /** Something that the other side started and the user must answer (a verification request). Resolves when it is over. */
  ask(about: 'verify' | 'trust' | 'recover', interaction: Interaction): Promise<void>;
  /** The bytes of a blob from an offset. */
  readBlob(blob: BlobId, offset: number): Promise<ReadableStream<Uint8Array>>;
  /** Where the bytes of a blob go, from an offset; closing the stream makes them durable. */
  writeBlob(blob: BlobId, offset: number): Promise<WritableStream<Uint8Array>>;
}
