import type { ContactId, RemoteKey } from './ids.ts';

/** How well a sender is known: the network vouches for the account, for the room occupant, or only for a nick. */
export type Proof = 'account' | 'occupant' | 'nick';

/** Who speaks in a conversation: an occupant, a nick, a ghost of a bridge, or a contact. */
export interface Participant {
  /** Unique within the conversation. */
  readonly key: RemoteKey;
  /** Ourselves, on this or another device. */
  readonly self: boolean;
  /** The contact, when the network proves that it is one. */
  readonly contact: ContactId | null;
  /** Display name at the time. Data from the network. */
  readonly name: string | null;
  readonly proof: Proof;
}

/** What a member may do. Networks' own names map to the nearest; `none` is on the member list without being inside. */
export type Role = 'owner' | 'admin' | 'moderator' | 'member' | 'visitor' | 'none';

/** Where a member stands. */
export type MemberState = 'joined' | 'invited' | 'knocking' | 'left' | 'banned';

/** A member of a conversation. */
export interface Member extends Participant {
  readonly role: Role;
  readonly state: MemberState;
  /** How the member list shows availability, where a room tells it (IRC away, MUC show). */
  readonly away: boolean;
}
