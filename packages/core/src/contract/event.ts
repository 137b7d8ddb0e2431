import type {
  Avatar,
  BridgeOrigin,
  Capabilities,
  Content,
  ConversationKind,
  ConversationState,
  IdentityStability,
  MemberState,
  OperationId,
  OrderKey,
  Proof,
  RemoteKey,
  Role,
  Subscription,
  Target,
  Trust,
} from '../model/index.ts';
import type { Outcome } from './operation.ts';

/** Something that a network told and that is stored. In values, `undefined` leaves unchanged and `null` clears. */
export type Event =
  | TimelineEvent
  | PatchEvent
  /**
   * The network's key of a thing changed; links, replies, drafts and read markers survive. Ignored when `from` is not its
   * current key, or when somebody known has `to` now.
   */
  | {
      readonly type: 'rekey';
      readonly of: 'contact' | 'conversation';
      readonly from: RemoteKey;
      readonly to: RemoteKey;
    }
  | {
      readonly type: 'rekey';
      readonly of: 'message' | 'participant';
      readonly in: RemoteKey;
      readonly from: RemoteKey;
      readonly to: RemoteKey;
    }
  | { readonly type: 'upsert'; readonly of: 'contact'; readonly key: RemoteKey; readonly value: ContactIn }
  | {
      readonly type: 'upsert';
      readonly of: 'conversation';
      readonly key: RemoteKey;
      readonly value: ConversationIn;
    }
  | {
      readonly type: 'upsert';
      readonly of: 'member';
      readonly in: RemoteKey;
      readonly key: RemoteKey;
      readonly value: MemberIn;
    }
  /** Gone: a contact leaves the roster (its history stays), a conversation is left, a member is no longer listed. */
  | { readonly type: 'remove'; readonly of: 'contact' | 'conversation'; readonly key: RemoteKey }
  | { readonly type: 'remove'; readonly of: 'member'; readonly in: RemoteKey; readonly key: RemoteKey }
  /** The network has removed a message for everybody, and nothing of it is to be kept: not a retraction, which leaves its place. */
  | { readonly type: 'remove'; readonly of: 'message'; readonly in: RemoteKey; readonly key: RemoteKey }
  | SweepEvent
  | MarkerEvent
  /** Who we are on this network. */
  | {
      readonly type: 'self';
      readonly key: RemoteKey;
      readonly address?: string;
      readonly name?: string | null;
    }
  /** A late answer to an operation whose outcome was `unknown` or `unconfirmed`. */
  | { readonly type: 'operation'; readonly operation: OperationId; readonly outcome: Outcome };

/** Messages of one conversation, oldest first. An unknown conversation is created as `direct` with its key. */
export interface TimelineEvent {
  readonly type: 'timeline';
  readonly conversation: RemoteKey;
  readonly place: Place;
  readonly items: readonly MessageIn[];
}

/** Where messages belong in their conversation. */
export type Place =
  /** The network has a total order: one key an item. */
  | { readonly by: 'key'; readonly keys: readonly OrderKey[] }
  /** After everything there is; provisional while the account catches up. */
  | { readonly by: 'tail' }
  /**
   * A page of an archive, whose order is the truth: provisional rows among the items are ranked anew. `after` and
   * `before` are stable ids of stored neighbours; with neither, the page follows all that an archive has ordered so far.
   */
  | { readonly by: 'page'; readonly after: RemoteKey | null; readonly before: RemoteKey | null };

/** A message as an adapter tells it. */
export interface MessageIn {
  /** Given by the server or archive that we trust for this conversation; deduplicates by (account, conversation). */
  readonly stable: RemoteKey | null;
  /** Chosen by the sender; deduplicates only within (conversation, sender). */
  readonly claimed: string | null;
  /** The operation of ours that this echoes; believed only when `sender.self` and the operation is in our outbox. */
  readonly operation: OperationId | null;
  /** Which wire message of the operation, from 0, where one send takes several. */
  readonly part: number;
  readonly sender: Sender;
  /** Milliseconds since 1970 by somebody's clock; display only. */
  readonly sentAt: number | null;
  readonly receivedAt: number;
  readonly content: Content;
  readonly replyTo?: { readonly target: Target; readonly quote?: string } | null;
  readonly thread?: { readonly target: Target } | null;
  readonly mentions?: readonly RemoteKey[];
  /** Whether it mentions us, where the network or adapter knows better than `mentions` does. */
  readonly mentioned?: boolean;
  readonly trust: Trust;
}

/** Who said or did something, as far as the network proves it. */
export interface Sender {
  /** Unique in the conversation. */
  readonly key: RemoteKey;
  readonly self: boolean;
  /** The contact's key, only when the network proves that it is that contact. */
  readonly contact: RemoteKey | null;
  readonly name: string | null;
  readonly proof: Proof;
}

/** A change of a message. One whose target is not here yet is kept until it comes. */
export interface PatchEvent {
  readonly type: 'patch';
  readonly conversation: RemoteKey;
  readonly target: Target;
  readonly by: Sender;
  readonly change: MessageChange;
}

/** What changes. The hub refuses an edit or a retraction by anybody but the author. */
export type MessageChange =
  | { readonly kind: 'edit'; readonly content: Content; readonly at: number | null }
  /** `moderator`: the network proved that `by` may remove others' messages here. */
  | {
      readonly kind: 'retract';
      readonly at: number | null;
      readonly reason: string | null;
      readonly moderator?: boolean;
    }
  | { readonly kind: 'react'; readonly key: string; readonly on: boolean }
  /** All reactions of `by` at once: what is not listed is taken back. */
  | { readonly kind: 'reactions'; readonly keys: readonly string[] }
  /** The key came: an undecryptable message heals, which redoes search, unread and mentions. */
  | {
      readonly kind: 'decrypted';
      readonly content: Content;
      readonly trust: Trust;
      readonly mentions?: readonly RemoteKey[];
      readonly mentioned?: boolean;
    };

/**
 * A whole list was told anew: `begin` with a generation, then upserts, then `end`; what was not upserted in between is
 * removed. `in` is the conversation for members.
 */
export type SweepEvent =
  | {
      readonly type: 'sweep';
      readonly of: 'contact' | 'conversation';
      readonly generation: string;
      readonly end: boolean;
    }
  | {
      readonly type: 'sweep';
      readonly of: 'member';
      readonly in: RemoteKey;
      readonly generation: string;
      readonly end: boolean;
    };

/** How far somebody got. Ours (`who.self`) moves the read position of all our devices. */
export interface MarkerEvent {
  readonly type: 'marker';
  readonly conversation: RemoteKey;
  readonly who: Sender;
  readonly kind: 'delivered' | 'read';
  readonly upTo: Target;
  /** The marker speaks of that message alone and not of all before it (XEP-0184). */
  readonly exact?: boolean;
}

/** What may be told of a contact. */
export interface ContactIn {
  /** Needed the first time; else the key serves. */
  readonly address?: string;
  readonly name?: string | null;
  readonly alias?: string | null;
  readonly groups?: readonly string[];
  readonly avatar?: Avatar | null;
  readonly subscription?: Partial<Subscription>;
  readonly request?: string | null;
  readonly blocked?: boolean;
  readonly listed?: boolean;
  readonly stability?: IdentityStability;
  readonly dormant?: boolean;
  readonly verified?: readonly string[];
  readonly bridge?: BridgeOrigin | null;
}

/** What may be told of a conversation. */
export interface ConversationIn {
  readonly kind?: ConversationKind;
  readonly state?: ConversationState;
  /** The key of the other side of a direct conversation; the contact is created when it is unknown. */
  readonly contact?: RemoteKey | null;
  readonly parent?: RemoteKey | null;
  readonly title?: string | null;
  readonly topic?: string | null;
  readonly avatar?: Avatar | null;
  readonly bridge?: BridgeOrigin | null;
  readonly encrypted?: boolean;
  readonly role?: Role;
  readonly membersComplete?: boolean;
  readonly capabilities?: Capabilities | null;
  /** Counts of the server; telling them once makes the conversation's counts the server's. */
  readonly unread?: number;
  readonly mentions?: number;
  readonly muted?: boolean;
  readonly archived?: boolean;
  readonly pinned?: boolean;
  /** All of them. */
  readonly pins?: readonly RemoteKey[];
  readonly expiry?: number | null;
}

/** What may be told of a member. */
export interface MemberIn {
  readonly name?: string | null;
  readonly self?: boolean;
  readonly contact?: RemoteKey | null;
  readonly proof?: Proof;
  readonly role?: Role;
  readonly state?: MemberState;
  readonly away?: boolean;
}
