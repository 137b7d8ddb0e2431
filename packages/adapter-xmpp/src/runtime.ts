import type { SessionHost } from '@natter/core';
import type { OperationId } from '@natter/core/model';
import type { ServerFeatures } from './capabilities.ts';
import type { Commits } from './commits.ts';
import type { AccountHttp } from './features/files.ts';
import type { SelfDescription } from './features/self-description.ts';
import type { Memory } from './memory.ts';
import type { Digest } from './wire/digest.ts';
import type { WireError } from './wire/error.ts';
import type { XmppStream } from './wire/stream.ts';

/** What every feature of one connection attempt works with. */
export interface Runtime {
  readonly stream: XmppStream;
  readonly host: SessionHost;
  /** Our bare address. */
  readonly own: string;
  readonly memory: Memory;
  readonly commits: Commits;
  readonly server: ServerFeatures;
  /** What we say of ourselves. */
  readonly self: SelfDescription;
  /** Asks a web server, trusting whom this account trusts. */
  readonly http: AccountHttp;
  /** Begins a SHA-256. */
  readonly sha256: () => Digest;
  /** Operations under way, and whom to tell that their message came back. */
  readonly bounced: Map<OperationId, (error: WireError) => void>;
}
