import type { BlobId, ErrorData, Opaque, OwnPresence, RemoteKey, ScopeKey } from '../model/index.ts';
import type { Gap } from './batch.ts';
import type { Interaction } from './adapter.ts';
import type { Op, Outcome } from './operation.ts';
import type { Page, PageRequest, Queries } from './paging.ts';

/** One account on one network. The hub calls `run` again and again, never twice at once. */
export interface Session {
  /**
   * ONE connection attempt, from the first socket to the last: never rejects, and resolves when no socket, timer or
   * listener is left. Waiting before the next attempt is the hub's.
   */
  run(resume: Resume, signal: AbortSignal): Promise<Ended>;
  /**
   * Does an operation. Called only between `phase('online')` and the end of the run, one at a time per conversation.
   * Never rejects. On abort, and when the run ends meanwhile: `not-sent` if no byte has left, else `unknown`.
   */
  perform(op: Op, signal: AbortSignal): Promise<Outcome>;
  /** Whether an operation with an unknown outcome landed (by echo, archive, own log). Only for `resend: 'verify'`. */
  verify(op: Op, signal: AbortSignal): Promise<Outcome>;
  /** A page of one conversation. Rejects with a NatterError. Its batch is not committed yet. */
  history(request: PageRequest, signal: AbortSignal): Promise<Page>;
  /**
   * What was missed in a scope since a cursor (`null`: never synchronised, give the newest that is worth having), oldest
   * first. The hub commits each page and asks again until `reached` is `'end'`. Rejects with a NatterError.
   */
  catchUp(scope: ScopeKey, after: Opaque | null, signal: AbortSignal): Promise<Page>;
  /** Answers a question, see {@link Queries}. Rejects with a NatterError. */
  query<Name extends keyof Queries>(
    name: Name,
    argument: Queries[Name][0],
    signal: AbortSignal,
  ): Promise<Queries[Name][1]>;
  /** Best effort, only while online, never fails: what nobody needs to be told twice. */
  signal(signal: Signal): void;
  /**
   * Starts an interaction that needs the session: verification, key recovery, a room form, another password, the deletion
   * of the account on the server. One that the network does not have ends as failed.
   */
  interact(about: InteractionSubject, target: RemoteKey | null): Interaction;
  /**
   * Fetches `remote` (of an attachment, thumbnail or avatar) into a blob from an offset, with progress hints. `done` is
   * false when the source changed (`etag`) and it must start again from 0. Rejects with a NatterError.
   */
  download(
    remote: Opaque,
    blob: BlobId,
    offset: number,
    signal: AbortSignal,
  ): Promise<{ readonly etag?: string; readonly done: boolean }>;
  /**
   * The account is removed: sign out, forget tokens and keys, on the network too when `remote`. Never rejects. Called
   * during a run, or on a session that never ran.
   */
  wipe(remote: boolean, signal: AbortSignal): Promise<void>;
}

/** What an interaction with the session is about. */
export type InteractionSubject =
  | 'verify'
  | 'recover'
  | 'register-room'
  | 'configure-room'
  | 'password'
  | 'unregister'
  /** `target` is what the network calls the device. Begun where the query of this name rejects with `authentication`. */
  | 'revoke-device';

/** With what a connection attempt starts. */
export interface Resume {
  readonly cursors: Readonly<Record<ScopeKey, Opaque>>;
  readonly openGaps: readonly Gap[];
  /** What contacts shall see. */
  readonly presence: OwnPresence;
}

/** Why a connection attempt ended. Only `network` is tried again by itself. */
export type Ended =
  | { readonly why: 'stopped' }
  /** `retryAfter` in milliseconds, when the server said so. */
  | { readonly why: 'network'; readonly error: ErrorData; readonly retryAfter?: number }
  | { readonly why: 'needsLogin' | 'needsTrust' | 'replaced' | 'refused'; readonly error: ErrorData };

/** Something to tell the network now or not at all. */
export type Signal =
  | { readonly type: 'presence'; readonly presence: OwnPresence }
  | { readonly type: 'typing'; readonly conversation: RemoteKey; readonly active: boolean }
  /** Whether somebody looks at a front end (XEP-0352). */
  | { readonly type: 'focus'; readonly active: boolean };
