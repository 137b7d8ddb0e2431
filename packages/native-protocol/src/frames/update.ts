import { z } from 'zod';
import { contactSchema } from './contact.ts';
import type { Contact } from './contact.ts';
import { directConversationSchema, groupConversationSchema } from './conversation.ts';
import type { DirectConversation, GroupConversation } from './conversation.ts';
import { addressSchema, conversationIdSchema, sequenceSchema, timeSchema } from './fields.ts';
import type { Address, ConversationId, Position, Sequence, Time } from './fields.ts';
import { groupChangeSchema } from './group.ts';
import type { GroupChange } from './group.ts';
import type { MarkerKind } from './marker.ts';
import { messageBodySchema, messageSchema, reactionKeySchema } from './message.ts';
import type { Message, MessageBody } from './message.ts';

/** A message of a conversation of the account: received, or sent by any of its devices, this one too. */
export interface MessageUpdate extends Message {
  readonly kind: 'message';
  readonly position: Position;
}
/** A message has another body now. Only its author can do that. */
export interface EditUpdate {
  readonly kind: 'edit';
  readonly position: Position;
  readonly conversation: ConversationId;
  readonly seq: Sequence;
  readonly by: Address;
  readonly body: MessageBody;
  readonly time: Time;
}
/** A message was taken back by its author. */
export interface RetractionUpdate {
  readonly kind: 'retraction';
  readonly position: Position;
  readonly conversation: ConversationId;
  readonly seq: Sequence;
  readonly by: Address;
  readonly time: Time;
}
/** Somebody has added or taken away a reaction. */
export interface ReactionUpdate {
  readonly kind: 'reaction';
  readonly position: Position;
  readonly conversation: ConversationId;
  readonly seq: Sequence;
  readonly by: Address;
  readonly key: string;
  readonly on: boolean;
}
/** A member's marker has moved forward. `by` may be the own account: another device has read. */
export interface MarkerUpdate {
  readonly kind: 'marker';
  readonly position: Position;
  readonly conversation: ConversationId;
  readonly by: Address;
  readonly marker: MarkerKind;
  readonly seq: Sequence;
}
/** A direct conversation has begun. It comes before the first message of it. */
export interface ConversationUpdate {
  readonly kind: 'conversation';
  readonly position: Position;
  readonly opened: DirectConversation;
}
/**
 * The account was invited to a group, made one, or joined one: everything about it as it is now. A kind of its own, since
 * the first clients knew direct conversations only.
 */
export interface GroupOpenedUpdate {
  readonly kind: 'group-opened';
  readonly position: Position;
  readonly opened: GroupConversation;
}
/** Something about a group that the account is in has changed; the own membership may be what has ended. */
export interface GroupChangedUpdate extends GroupChange {
  readonly kind: 'group-changed';
  readonly position: Position;
}
/** What is set for a conversation has changed: what is given is so now. */
export interface ConversationChangedUpdate {
  readonly kind: 'conversation-changed';
  readonly position: Position;
  readonly conversation: ConversationId;
  readonly by: Address;
  readonly time: Time;
  /** 0: messages stay. */
  readonly expiry?: number;
  /** All pins. */
  readonly pins?: readonly Sequence[];
}
/** The time of these messages has come: they are gone, and clients keep nothing of them. */
export interface ExpiredUpdate {
  readonly kind: 'expired';
  readonly position: Position;
  readonly conversation: ConversationId;
  readonly seqs: readonly Sequence[];
}
/** Here stood something that is gone since. It only moves the cursor. */
export interface GoneUpdate {
  readonly kind: 'gone';
  readonly position: Position;
}
/** A row of the roster has changed, or is gone (`contact: null`). */
export interface RosterUpdate {
  readonly kind: 'roster';
  readonly position: Position;
  /** Version of the roster after the change. */
  readonly version: number;
  readonly address: Address;
  readonly contact: Contact | null;
}
/** The own devices or account have changed: a device has signed in or was removed, the password is another one. */
export interface AccountUpdate {
  readonly kind: 'account';
  readonly position: Position;
  readonly change: 'device-added' | 'device-removed' | 'password-changed';
  readonly deviceName?: string;
  readonly time: Time;
}
/** An update of a kind this version does not know, made by a newer server. It only moves the cursor. */
export interface UnknownUpdate {
  readonly kind: 'unknown';
  readonly position: Position;
}

/** One entry of an account's update log. Entries are told apart by `kind`. */
export type Update =
  | MessageUpdate
  | EditUpdate
  | RetractionUpdate
  | ReactionUpdate
  | MarkerUpdate
  | ConversationUpdate
  | GroupOpenedUpdate
  | GroupChangedUpdate
  | ConversationChangedUpdate
  | ExpiredUpdate
  | GoneUpdate
  | RosterUpdate
  | AccountUpdate
  | UnknownUpdate;

const place = { position: z.int().positive() };
const target = { conversation: conversationIdSchema, seq: sequenceSchema, by: addressSchema };

/** The schema of every kind of update. */
export const updateSchemas: {
  readonly [K in Exclude<Update['kind'], 'unknown'>]: z.ZodType<Extract<Update, { kind: K }>>;
} = {
  message: messageSchema.and(z.object({ kind: z.literal('message'), ...place })),
  edit: z.object({ kind: z.literal('edit'), ...place, ...target, body: messageBodySchema, time: timeSchema }),
  retraction: z.object({ kind: z.literal('retraction'), ...place, ...target, time: timeSchema }),
  reaction: z.object({
    kind: z.literal('reaction'),
    ...place,
    ...target,
    key: reactionKeySchema,
    on: z.boolean(),
  }),
  marker: z.object({ kind: z.literal('marker'), ...place, ...target, marker: z.enum(['delivered', 'read']) }),
  conversation: z.object({ kind: z.literal('conversation'), ...place, opened: directConversationSchema }),
  'group-opened': z.object({ kind: z.literal('group-opened'), ...place, opened: groupConversationSchema }),
  'group-changed': groupChangeSchema.and(z.object({ kind: z.literal('group-changed'), ...place })),
  'conversation-changed': z.object({
    kind: z.literal('conversation-changed'),
    ...place,
    conversation: conversationIdSchema,
    by: addressSchema,
    time: timeSchema,
    expiry: z.int().nonnegative().exactOptional(),
    pins: z.array(sequenceSchema).exactOptional(),
  }),
  expired: z.object({
    kind: z.literal('expired'),
    ...place,
    conversation: conversationIdSchema,
    seqs: z.array(sequenceSchema),
  }),
  gone: z.object({ kind: z.literal('gone'), ...place }),
  roster: z.object({
    kind: z.literal('roster'),
    ...place,
    version: z.int(),
    address: addressSchema,
    contact: contactSchema.nullable(),
  }),
  account: z.object({
    kind: z.literal('account'),
    ...place,
    change: z.enum(['device-added', 'device-removed', 'password-changed']),
    deviceName: z.string().exactOptional(),
    time: timeSchema,
  }),
};

const headSchema = z.looseObject({ kind: z.string(), ...place });

/**
 * Checks an update by its kind. A kind that this version does not know becomes an `UnknownUpdate`, so that a newer
 * server can add kinds; a malformed update of a known kind is an error.
 */
export const updateSchema: z.ZodType<Update> = headSchema.transform((update, context): Update => {
  if (!isKnown(update.kind)) return { kind: 'unknown', position: update.position };
  const parsed = updateSchemas[update.kind].safeParse(update);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues)
    context.addIssue({ code: 'custom', message: issue.message, path: [...issue.path] });
  return z.NEVER;
});

function isKnown(kind: string): kind is keyof typeof updateSchemas {
  return Object.hasOwn(updateSchemas, kind);
}
