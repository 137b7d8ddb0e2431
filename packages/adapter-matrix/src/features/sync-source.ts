import type { AuthorizedApi } from '../authorized-api.ts';
import type { SyncAnswer } from '../mapping/sync.ts';
import type { WireLimits } from '../wire/limits.ts';

/** A way to be told what happens, in answers that all read alike. */
export interface SyncSource {
  /** Whether it tells who is there. */
  readonly presence: boolean;
  /** Whether what was said by somebody who was ignored then stays untold for good. */
  readonly forgetsIgnored: boolean;
  /** Whether a token of an answer was given by this way. */
  owns(token: string): boolean;
  /** What is new since a token, waited for as long as that (milliseconds). Rejects with WireError. */
  ask(question: SyncQuestion, signal: AbortSignal): Promise<SyncAnswer>;
}

/** One question. */
export interface SyncQuestion {
  /** Null for all there is. */
  readonly since: string | null;
  readonly timeout: number;
  /** What contacts shall see of us meanwhile. */
  readonly presence: string;
}

/** With what is asked. */
export interface SourceParts {
  readonly api: AuthorizedApi;
  readonly limits: WireLimits;
}
