import type { SessionHost } from '@natter/core';
import type { IrcConfig } from './config.ts';
import type { SignedIn } from './open-connection.ts';
import type { Platform } from './wire/channel.ts';
import type { WireLimits } from './wire/limits.ts';

/** What a connection is made with. */
export interface ConnectionParts {
  readonly signedIn: SignedIn;
  readonly host: SessionHost;
  readonly config: IrcConfig;
  readonly limits: WireLimits;
  readonly wantedNick: string;
  /** Ends with the connection. */
  readonly signal: AbortSignal;
  readonly fetch: Platform['fetch'];
}
