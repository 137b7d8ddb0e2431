import { z } from 'zod';
import { addressSchema, conversationIdSchema, requestIdSchema, sequenceSchema } from './fields.ts';
import type { Address, ConversationId, Sequence } from './fields.ts';
import { fileIdSchema } from './file.ts';
import type { FileId } from './file.ts';
import { groupMemberSchema } from './group.ts';
import type { GroupHistory, GroupMember } from './group.ts';
import { messageSchema } from './message.ts';
import type { Message } from './message.ts';

/** How far one member of a conversation has come. 0: nothing yet. */
export interface MemberPosition {
  readonly address: Address;
  readonly delivered: number;
  readonly read: number;
}

/** What members have set for a conversation of any kind. */
export interface ConversationSettings {
  /** Milliseconds after which messages that are sent from now on vanish for everybody; absent when they stay. */
  readonly expiry?: number;
  /** Messages that are pinned, in the order of pinning; absent when there are none. */
  readonly pins?: readonly Sequence[];
}

/** A conversation of two; notes to oneself have one member. */
export interface DirectConversation extends ConversationSettings {
  readonly conversation: ConversationId;
  readonly kind: 'direct';
  /** The other one. */
  readonly peer: Address;
  /** Sequence of the newest message; 0 before the first. */
  readonly lastSeq: number;
  /** Everybody's markers, the own ones too. */
  readonly positions: readonly MemberPosition[];
}

/** A conversation of several. To somebody who is invited, only the own row and who invites are shown. */
export interface GroupConversation extends ConversationSettings {
  readonly conversation: ConversationId;
  readonly kind: 'group';
  readonly title: string;
  readonly topic: string;
  /** A picture: a file of this server, which whoever is in the group or invited may get. */
  readonly icon?: FileId;
  readonly history: GroupHistory;
  /** Who is in it, invited, or banned; the reader too. */
  readonly members: readonly GroupMember[];
  /** To somebody who is invited: who did it, and what they said. */
  readonly invitation?: { readonly by: Address; readonly text?: string };
  /** The first message that the reader may see; what was said before they joined may be hidden. */
  readonly firstSeq: Sequence;
  /** Sequence of the newest message; 0 before the first. */
  readonly lastSeq: number;
  readonly positions: readonly MemberPosition[];
}

/** A conversation of the own account. A kind that a client does not know is not shown. */
export type Conversation = DirectConversation | GroupConversation;

/** Lists the conversations of the own account. */
export interface ConversationsRequest {
  readonly type: 'conversations';
  readonly id: number;
  /** To go on: `next` of the page before. */
  readonly after?: ConversationId;
  readonly limit?: number;
}
/** A page of the list. */
export interface Conversations {
  readonly conversations: readonly Conversation[];
  /** `null` on the last page. */
  readonly next: ConversationId | null;
}

/** Asks for one conversation of the own account as it is now. */
export interface ConversationGetRequest {
  readonly type: 'conversation-get';
  readonly id: number;
  readonly conversation: ConversationId;
}

/**
 * Sets how long messages stay: those that are sent from now on vanish for everybody so many milliseconds after they were
 * stored. 0 lets them stay. In a group owner and admins.
 */
export interface ConversationUpdateRequest {
  readonly type: 'conversation-update';
  readonly id: number;
  readonly conversation: ConversationId;
  readonly expiry: number;
}

/** Pins a message, or takes the pin away. In a group owner and admins. Nothing happens when it is so already. */
export interface PinRequest {
  readonly type: 'pin';
  readonly id: number;
  readonly conversation: ConversationId;
  readonly seq: Sequence;
  readonly on: boolean;
}

/** Finds the direct conversation with somebody, and makes it if there is none. */
export interface ConversationOpenRequest {
  readonly type: 'conversation-open';
  readonly id: number;
  readonly peer: Address;
}

/**
 * Reads messages as they are now (edited, retracted, with reactions). Give one of `before` and `after`; without
 * both the newest page is sent. A page is oldest first whatever the direction.
 */
export interface HistoryRequest {
  readonly type: 'history';
  readonly id: number;
  readonly conversation: ConversationId;
  readonly before?: Sequence;
  /** 0 reads from the start. */
  readonly after?: number;
  readonly limit?: number;
}
/** A stretch of a conversation. */
export interface HistoryPage {
  readonly messages: readonly Message[];
  /** The page begins with the first message of the conversation, or there is nothing before it. */
  readonly reachedStart: boolean;
  /** The page ends with the newest message. */
  readonly reachedEnd: boolean;
}

const positionSchema = z.int().nonnegative();

/** Milliseconds a message may be given: a second to ten years. */
const expirySchema = z
  .int()
  .min(1000)
  .max(10 * 366 * 24 * 3_600_000);

const headShape = {
  conversation: conversationIdSchema,
  expiry: expirySchema.exactOptional(),
  pins: z.array(sequenceSchema).exactOptional(),
  lastSeq: positionSchema,
  positions: z.array(z.object({ address: addressSchema, delivered: positionSchema, read: positionSchema })),
};

/** The schema of {@link DirectConversation}. */
export const directConversationSchema: z.ZodType<DirectConversation> = z.object({
  ...headShape,
  kind: z.literal('direct'),
  peer: addressSchema,
});

/** The schema of {@link GroupConversation}. */
export const groupConversationSchema: z.ZodType<GroupConversation> = z.object({
  ...headShape,
  kind: z.literal('group'),
  title: z.string(),
  topic: z.string(),
  icon: fileIdSchema.exactOptional(),
  history: z.enum(['joined', 'all']),
  members: z.array(groupMemberSchema),
  invitation: z.object({ by: addressSchema, text: z.string().exactOptional() }).exactOptional(),
  firstSeq: sequenceSchema,
});

/** The schema of {@link Conversation}. */
export const conversationSchema: z.ZodType<Conversation> = z.union([
  directConversationSchema,
  groupConversationSchema,
]);

/** Rows of a kind that this version does not know are left out. */
const knownConversations = z
  .array(z.union([conversationSchema, z.object({ kind: z.string() }).transform(() => null)]))
  .transform((rows) => rows.filter((row) => row !== null));

/** The schema of {@link ConversationsRequest}. */
export const conversationsRequestSchema: z.ZodType<ConversationsRequest> = z.object({
  type: z.literal('conversations'),
  id: requestIdSchema,
  after: conversationIdSchema.exactOptional(),
  limit: z.int().positive().exactOptional(),
});
/** The schema of {@link Conversations}. */
export const conversationsSchema: z.ZodType<Conversations> = z.object({
  conversations: knownConversations,
  next: conversationIdSchema.nullable(),
});
/** The schema of {@link ConversationUpdateRequest}. */
export const conversationUpdateRequestSchema: z.ZodType<ConversationUpdateRequest> = z.object({
  type: z.literal('conversation-update'),
  id: requestIdSchema,
  conversation: conversationIdSchema,
  expiry: z.union([z.literal(0), expirySchema]),
});
/** The schema of {@link PinRequest}. */
export const pinRequestSchema: z.ZodType<PinRequest> = z.object({
  type: z.literal('pin'),
  id: requestIdSchema,
  conversation: conversationIdSchema,
  seq: sequenceSchema,
  on: z.boolean(),
});
/** The schema of {@link ConversationOpenRequest}. */
export const conversationOpenRequestSchema: z.ZodType<ConversationOpenRequest> = z.object({
  type: z.literal('conversation-open'),
  id: requestIdSchema,
  peer: addressSchema,
});
/** The schema of {@link ConversationGetRequest}. */
export const conversationGetRequestSchema: z.ZodType<ConversationGetRequest> = z.object({
  type: z.literal('conversation-get'),
  id: requestIdSchema,
  conversation: conversationIdSchema,
});
/** The schema of {@link HistoryRequest}. */
export const historyRequestSchema: z.ZodType<HistoryRequest> = z
  .object({
    type: z.literal('history'),
    id: requestIdSchema,
    conversation: conversationIdSchema,
    before: sequenceSchema.exactOptional(),
    after: positionSchema.exactOptional(),
    limit: z.int().positive().exactOptional(),
  })
  .refine((frame) => frame.before === undefined || frame.after === undefined, {
    error: 'give before or after, not both',
    path: ['after'],
  });
/** The schema of {@link HistoryPage}. */
export const historyPageSchema: z.ZodType<HistoryPage> = z.object({
  messages: z.array(messageSchema),
  reachedStart: z.boolean(),
  reachedEnd: z.boolean(),
});
