import type { SessionHost } from '@natter/core';
import type { AuthorizedApi } from './authorized-api.ts';
import type { MatrixConfig } from './config.ts';
import type { Encryption } from './encryption.ts';
import type { AccountData } from './features/account-data.ts';
import type { Contacts } from './features/contacts.ts';
import type { Rooms } from './features/rooms.ts';
import type { WireLimits } from './wire/limits.ts';

/** What every feature of one connection works with. */
export interface Runtime {
  readonly api: AuthorizedApi;
  readonly host: SessionHost;
  readonly config: MatrixConfig;
  readonly limits: WireLimits;
  readonly rooms: Rooms;
  readonly accountData: AccountData;
  readonly contacts: Contacts;
  /** Null where this device has no keys. */
  readonly encryption: Encryption | null;
  /** Aborts when the run ends. */
  readonly ended: AbortSignal;
}
