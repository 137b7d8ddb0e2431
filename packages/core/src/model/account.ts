import type { Capabilities } from './capabilities.ts';
import type { ErrorData } from './error.ts';
import type { AccountId, RemoteKey } from './ids.ts';
import type { JsonObject } from './json.ts';
import type { OwnPresence } from './presence.ts';

/**
 * What an account is really doing, as data: connecting never throws. Only `waiting` goes on by itself; `needsLogin`,
 * `needsTrust`, `replaced` and `refused` wait for the user.
 */
export type ConnectionState =
  | { readonly phase: 'offline' }
  | { readonly phase: 'connecting' | 'authenticating' }
  /** `progress` from 0 to 1 where it is known. */
  | { readonly phase: 'syncing'; readonly progress?: number }
  | { readonly phase: 'online'; readonly since: number }
  | {
      readonly phase: 'waiting';
      readonly retryAt: number;
      readonly attempt: number;
      readonly error: ErrorData;
    }
  | { readonly phase: 'needsLogin' | 'needsTrust' | 'replaced' | 'refused'; readonly error: ErrorData };

/** How much of a contact list has arrived. A list that is not `ready` must not be read as "has no contacts". */
export type RosterState = 'loading' | 'partial' | 'ready' | 'failed';

/** Something about an account that needs the user. */
export interface Attention {
  readonly about: 'certificate' | 'keys' | 'roster' | 'sign-in' | 'storage' | 'verification';
  readonly text: string;
  readonly error?: ErrorData;
}

/** What a server says to all who come to it (a greeting, a warning), and no conversation. */
export interface Announcement {
  readonly at: number;
  readonly text: string;
}

/** What is stored of an account. */
export interface AccountRecord {
  readonly id: AccountId;
  /** The id of the adapter: `native`, `xmpp`, `matrix`, `irc`. */
  readonly network: string;
  /** What the user typed: `alice@example.org`. */
  readonly address: string;
  /** What the network calls us, once it has told. */
  readonly self: RemoteKey | null;
  /** Our own display name on that network, if known. */
  readonly name: string | null;
  /** The adapter's settings, checked against its JSON Schema. Never secrets. */
  readonly config: JsonObject;
  /** Names this installation to the network (XMPP resource, Matrix device); minted once. */
  readonly deviceId: string;
  /** Desired: whether the hub keeps it connected. */
  readonly enabled: boolean;
  /** Desired: what contacts shall see. */
  readonly presence: OwnPresence;
}

/** An account as front ends see it: desired state, actual state, and what needs attention. */
export interface Account extends AccountRecord {
  readonly state: ConnectionState;
  readonly roster: RosterState;
  readonly attention: readonly Attention[];
  /** What the server said of itself in this run, oldest first. */
  readonly announcements: readonly Announcement[];
  readonly capabilities: Capabilities;
}
