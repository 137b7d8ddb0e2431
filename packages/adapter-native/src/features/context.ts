import type { SessionHost } from '@natter/core';
import type { SignedIn, Welcome } from '@natter/native-protocol';
import type { Reader } from '../mapping/message.ts';
import type { Settings } from '../options.ts';
import type { Connection } from '../wire/connection.ts';

/** What every feature of a signed-in connection works with. */
export interface Context {
  readonly connection: Connection;
  readonly host: SessionHost;
  readonly settings: Settings;
  readonly welcome: Welcome;
  /** Who we are, and where the update log stood at sign-in. */
  readonly account: SignedIn;
  /** Certificate authorities in PEM that the account trusts in place of the system's. */
  readonly ca?: string;
  /** The server's URL. */
  readonly url: string;
}

/** Who reads what comes now. */
export function readerOf(context: Context): Reader {
  return { self: context.account.address, now: Date.now() };
}
