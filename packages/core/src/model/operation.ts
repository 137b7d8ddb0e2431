import type { Attachment } from './attachment.ts';
import type { Content } from './content.ts';
import type { ErrorData } from './error.ts';
import type { AccountId, ContactId, ConversationId, MessageId, OperationId, RemoteKey } from './ids.ts';
import type { JsonObject } from './json.ts';
import type { Role } from './participant.ts';

/** What the user says in a send or an edit. */
export interface Draft {
  readonly content: Content;
  readonly replyTo?: MessageId;
  readonly thread?: MessageId;
  readonly mentions?: readonly RemoteKey[];
  /** The user says it without encryption although the conversation is encrypted, where we cannot encrypt. */
  readonly inClear?: boolean;
}

/** A change of the contact list. */
export type RosterAction =
  | {
      readonly action: 'add';
      readonly address: string;
      readonly alias?: string;
      readonly groups?: readonly string[];
      readonly text?: string;
    }
  | { readonly action: 'accept' | 'deny' | 'remove' | 'block' | 'unblock'; readonly contact: ContactId }
  | { readonly action: 'rename'; readonly contact: ContactId; readonly alias: string | null }
  | { readonly action: 'groups'; readonly contact: ContactId; readonly groups: readonly string[] };

/** A change of a room, or of where we stand in it. */
export type RoomAction =
  | { readonly action: 'join'; readonly address: string; readonly nick?: string; readonly password?: string }
  | {
      readonly action: 'create';
      readonly name: string;
      readonly kind: 'group' | 'channel';
      readonly address?: string;
      readonly invite?: readonly ContactId[];
      readonly topic?: string;
    }
  | { readonly action: 'leave' | 'accept-invitation' | 'decline-invitation' }
  | { readonly action: 'invite'; readonly contact: ContactId; readonly text?: string }
  | { readonly action: 'kick' | 'ban' | 'unban'; readonly member: RemoteKey; readonly reason?: string }
  | { readonly action: 'role'; readonly member: RemoteKey; readonly role: Role }
  | { readonly action: 'topic' | 'title'; readonly text: string }
  /** `null` takes the picture away. */
  | { readonly action: 'avatar'; readonly image: Attachment | null }
  | { readonly action: 'pin' | 'unpin'; readonly message: MessageId }
  /** What the user made of the conversation for themself: what is absent stays. */
  | { readonly action: 'own-view'; readonly muted?: boolean; readonly pinned?: boolean }
  /** Milliseconds after which messages vanish for everybody; `null` lets them stay. */
  | { readonly action: 'expiry'; readonly after: number | null };

/** A change of our own profile. */
export type ProfileAction =
  | { readonly action: 'name'; readonly name: string | null }
  /** `null` takes the picture away. */
  | { readonly action: 'avatar'; readonly image: Attachment | null }
  | { readonly action: 'password'; readonly secret: string };

/** What an operation asks for, in the hub's ids. */
export type OperationBody =
  | { readonly type: 'send'; readonly draft: Draft }
  | { readonly type: 'edit'; readonly message: MessageId; readonly content: Content }
  | { readonly type: 'retract'; readonly message: MessageId; readonly reason?: string }
  | { readonly type: 'react'; readonly message: MessageId; readonly key: string; readonly on: boolean }
  | { readonly type: 'mark-read'; readonly upTo: MessageId }
  | { readonly type: 'roster'; readonly change: RosterAction }
  | { readonly type: 'room'; readonly change: RoomAction }
  | { readonly type: 'profile'; readonly change: ProfileAction };

/** The kinds of operation. */
export type OperationType = OperationBody['type'];

/**
 * Where an operation stands. `unknown` is between `sending` and the rest: bytes left and no answer came; the hub resends,
 * verifies, or ends it as `unconfirmed`, as the network allows. `accepted`, `unconfirmed`, `refused` and `cancelled` are final.
 */
export type OperationState =
  | 'queued'
  | 'sending'
  | 'unknown'
  | 'accepted'
  | 'unconfirmed'
  | 'refused'
  | 'cancelled';

/** A change that we asked a network for: durable from the moment it is accepted from the front end until it is final. */
export interface Operation {
  readonly id: OperationId;
  readonly account: AccountId;
  /** The conversation within which order is kept; `null` for roster and profile changes. */
  readonly conversation: ConversationId | null;
  /** The front end's idempotency key: the same key gives the same operation. */
  readonly key: string;
  readonly body: OperationBody;
  readonly state: OperationState;
  /** How often it was handed to the adapter. */
  readonly attempt: number;
  /** What the adapter made durable before an irreversible step (a transaction id, an uploaded file's address). */
  readonly memo: string | null;
  /** Operations that must be accepted first, because this one refers to what they create. */
  readonly after: readonly OperationId[];
  /** The message that a send creates or that the others change. */
  readonly message: MessageId | null;
  readonly error: ErrorData | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** What the network answered to a room or roster change, e.g. the created conversation. */
  readonly result: JsonObject | null;
}

/** Whether nothing more happens to an operation by itself. */
export function isFinal(state: OperationState): boolean {
  return state === 'accepted' || state === 'unconfirmed' || state === 'refused' || state === 'cancelled';
}

/** The attachments of a content; none for most kinds. */
export function attachmentsOf(content: Content): readonly Attachment[] {
  return content.kind === 'attachment' ? content.attachments : [];
}

/**
 * The operation without passwords. What is final is stored like this, and what front ends are shown: a password is needed
 * until the network has it, and by nobody else. An empty one stands where one was.
 */
export function withoutSecrets(operation: Operation): Operation {
  const body = concealed(operation.body);
  return body === operation.body ? operation : { ...operation, body };
}

/** A body whose passwords are not told. */
export function concealed(body: OperationBody): OperationBody {
  if (body.type === 'profile' && body.change.action === 'password')
    return { ...body, change: { ...body.change, secret: '' } };
  if (body.type === 'room' && body.change.action === 'join' && body.change.password)
    return { ...body, change: { ...body.change, password: '' } };
  return body;
}
