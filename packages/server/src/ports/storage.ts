import type { Accounts } from './accounts.ts';
import type { Bus } from './bus.ts';
import type { Conversations } from './conversations.ts';
import type { Devices } from './devices.ts';
import type { Blobs, Files } from './files.ts';
import type { Inbox } from './inbox.ts';
import type { MessageExpiry } from './message-expiry.ts';
import type { MessageLog } from './message-log.ts';
import type { MessageRetention } from './message-retention.ts';
import type { MessageSearch } from './message-search.ts';
import type { PresenceStore } from './presence-store.ts';
import type { Rosters } from './rosters.ts';

/** Accounts, devices, rosters and membership. */
export interface Directory {
  readonly accounts: Accounts;
  readonly devices: Devices;
  readonly rosters: Rosters;
  readonly conversations: Conversations;
}

/** Everything a server stands on. Nothing above the ports knows which implementation it has. */
export interface Storage {
  readonly directory: Directory;
  readonly messages: MessageLog;
  readonly expiry: MessageExpiry;
  readonly retention: MessageRetention;
  readonly search: MessageSearch;
  readonly files: Files;
  readonly blobs: Blobs;
  readonly inbox: Inbox;
  readonly bus: Bus;
  readonly presence: PresenceStore;
  /** What tickets for files are signed with: the same as long as the data live, and of all servers on them. */
  readonly ticketKey: Uint8Array;
  /** Name of the server: the part of its addresses after the `@`. */
  readonly name: string;
  /** Finishes what is being written and lets go of everything. */
  close(): Promise<void>;
}
