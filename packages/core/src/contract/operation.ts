import type {
  Attachment,
  Content,
  ErrorData,
  JsonObject,
  Opaque,
  OperationId,
  ProfileAction,
  RemoteKey,
  Role,
  Target,
} from '../model/index.ts';

/** An operation as an adapter gets it: the hub's ids are translated to the network's keys. */
export interface Op {
  /** Ours, stable over restarts: a network that takes client ids gets this one. */
  readonly id: OperationId;
  /**
   * Where: a conversation of the network, a direct conversation that the network does not know yet (to this contact), or
   * nothing for roster and profile changes.
   */
  readonly conversation: RemoteKey | { readonly direct: RemoteKey } | null;
  /** Counts from 1; above 1 an earlier attempt may have had an effect. */
  readonly attempt: number;
  /** What {@link SessionHost.checkpoint} stored in an earlier attempt. */
  readonly memo: Opaque | null;
  readonly body: OpBody;
}

/** What is asked for, in the network's keys. */
export type OpBody =
  | {
      readonly type: 'send';
      readonly content: Content;
      readonly replyTo: { readonly target: Target; readonly quote: string } | null;
      readonly thread: Target | null;
      readonly mentions: readonly RemoteKey[];
    }
  | { readonly type: 'edit'; readonly target: Target; readonly content: Content }
  | { readonly type: 'retract'; readonly target: Target; readonly reason: string | null }
  /** `mine` is what we have reacted with in all after this, for networks that send the whole set. */
  | {
      readonly type: 'react';
      readonly target: Target;
      readonly key: string;
      readonly on: boolean;
      readonly mine: readonly string[];
    }
  | { readonly type: 'mark-read'; readonly upTo: Target }
  | { readonly type: 'roster'; readonly change: RosterChange }
  | { readonly type: 'room'; readonly change: RoomChange }
  | { readonly type: 'profile'; readonly change: ProfileAction };

/** {@link RosterAction} with keys. The contact's other fields help networks that set an entry as a whole. */
export type RosterChange =
  | {
      readonly action: 'add';
      readonly address: string;
      readonly alias?: string;
      readonly groups?: readonly string[];
      readonly text?: string;
    }
  | { readonly action: 'accept' | 'deny' | 'remove' | 'block' | 'unblock'; readonly contact: RemoteKey }
  | {
      readonly action: 'rename' | 'groups';
      readonly contact: RemoteKey;
      readonly alias: string | null;
      readonly groups: readonly string[];
    };

/** {@link RoomAction} with keys. */
export type RoomChange =
  | { readonly action: 'join'; readonly address: string; readonly nick?: string; readonly password?: string }
  | {
      readonly action: 'create';
      readonly name: string;
      readonly kind: 'group' | 'channel';
      readonly address?: string;
      readonly invite: readonly RemoteKey[];
      readonly topic?: string;
    }
  | { readonly action: 'leave' | 'accept-invitation' | 'decline-invitation' }
  | { readonly action: 'invite'; readonly contact: RemoteKey; readonly text?: string }
  | { readonly action: 'kick' | 'ban' | 'unban'; readonly member: RemoteKey; readonly reason?: string }
  | { readonly action: 'role'; readonly member: RemoteKey; readonly role: Role }
  | { readonly action: 'topic' | 'title'; readonly text: string }
  | { readonly action: 'avatar'; readonly image: Attachment | null }
  | { readonly action: 'pin' | 'unpin'; readonly message: Target }
  | { readonly action: 'own-view'; readonly muted?: boolean; readonly pinned?: boolean }
  | { readonly action: 'expiry'; readonly after: number | null };

/**
 * How an attempt ended. `accepted`: the network took responsibility. `unconfirmed`: handed over, and the network cannot
 * tell. `not-sent`: certainly nothing happened, the hub tries again when online. `unknown`: bytes left and no answer
 * came. `refused`: the network said no.
 */
export type Outcome =
  | {
      readonly result: 'accepted';
      /** Stable keys of the created wire messages, first part first; empty when the network gives none. */
      readonly refs: readonly RemoteKey[];
      /** The sender-chosen id that others will refer to it by, where it differs from the operation's id. */
      readonly claimed?: string;
      /** The conversation that was born or joined by this operation. */
      readonly conversation?: RemoteKey;
      readonly data?: JsonObject;
    }
  | { readonly result: 'unconfirmed'; readonly claimed?: string }
  | { readonly result: 'not-sent' | 'unknown' | 'refused'; readonly error: ErrorData };
