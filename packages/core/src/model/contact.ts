import type { AccountId, ContactId, PersonId, RemoteKey } from './ids.ts';

/** One direction of a subscription. `pending` waits for an answer: theirs for `to`, ours for `from`. */
export type SubscriptionState = 'none' | 'pending' | 'granted' | 'denied';

/** Who sees whose presence; the two directions are independent. */
export interface Subscription {
  /** Whether we see theirs. */
  readonly to: SubscriptionState;
  /** Whether they see ours. */
  readonly from: SubscriptionState;
}

/** A picture: the network's own reference to it, fetched by the adapter. */
export interface Avatar {
  /** Changes whenever the picture does. */
  readonly hash: string;
  /** What the adapter needs to fetch it. */
  readonly remote: string;
}

/** The real network of a contact that lives behind a bridge or gateway. */
export interface BridgeOrigin {
  /** `whatsapp`, `messenger`, `signal`, `telegram`, ... */
  readonly network: string;
  readonly name: string;
  /** The picture by which people know the network, where the bridge has one. */
  readonly icon?: Avatar;
}

/**
 * How long the network's key of a contact stays the same somebody: `permanent` (an account), `mutable` (an account that
 * can be renamed), `session` (an IRC nick: somebody else may have it tomorrow).
 */
export type IdentityStability = 'permanent' | 'mutable' | 'session';

/** A roster entry of one account. Four names are kept apart: key, address, name (theirs) and alias (ours). */
export interface Contact {
  readonly id: ContactId;
  readonly account: AccountId;
  /** What the network calls them; an alias row that `rekey` moves. */
  readonly key: RemoteKey;
  /** What a person types to reach them. */
  readonly address: string;
  /** The display name that the contact chose. Data from the network. */
  readonly name: string | null;
  /** The name that the user gave them. */
  readonly alias: string | null;
  readonly groups: readonly string[];
  readonly avatar: Avatar | null;
  readonly subscription: Subscription;
  /** The text that came with a request of theirs that waits for our answer. */
  readonly request: string | null;
  readonly blocked: boolean;
  /** In the roster, or only met in a conversation. */
  readonly listed: boolean;
  readonly stability: IdentityStability;
  /** A `session` identity that is gone, until it is proven again. */
  readonly dormant: boolean;
  /** Identities that the network verified (`mailto:...`, `xmpp:...`); equal ones link people automatically. */
  readonly verified: readonly string[];
  readonly bridge: BridgeOrigin | null;
  /** The person whose row shows this contact now. */
  readonly person: PersonId;
  /** The person minted with this contact, to which unlinking returns it. */
  readonly home: PersonId;
}

/** What to call a contact: alias, else its own name, else its address. */
export function contactName(contact: Pick<Contact, 'alias' | 'name' | 'address'>): string {
  return contact.alias || contact.name || contact.address;
}
