import { z } from 'zod';
import { addressSchema, conversationIdSchema, labelSchema, requestIdSchema, timeSchema } from './fields.ts';
import type { Address, ConversationId, Time } from './fields.ts';
import { fileIdSchema } from './file.ts';
import type { FileId } from './file.ts';
import { clientIdSchema } from './message.ts';

/** What a member may do. There is one owner at any time. */
export type GroupRole = 'owner' | 'admin' | 'member';

/**
 * Where somebody stands: `invited` has not answered yet and sees no message and no member; `left` is out, for whatever
 * reason, and may be invited again; `banned` may not.
 */
export type GroupStanding = 'joined' | 'invited' | 'left' | 'banned';

/**
 * What a new member sees of the past: `joined` is what was said since they joined, `all` is everything. Chosen when the group
 * is made, so that nobody's words are shown later to people they were not meant for.
 */
export type GroupHistory = 'joined' | 'all';

/** Somebody who belongs, or belonged, to a group. */
export interface GroupMember {
  readonly address: Address;
  readonly name: string;
  readonly role: GroupRole;
  readonly standing: GroupStanding;
}

/** Makes a group. The same `clientId` of the same account makes it once, however often it is sent. */
export interface GroupCreateRequest {
  readonly type: 'group-create';
  readonly id: number;
  readonly clientId: string;
  readonly title: string;
  readonly topic?: string;
  /** Default `joined`. */
  readonly history?: GroupHistory;
  /** Who is invited at once. */
  readonly invite?: readonly Address[];
}

/** Invites somebody. Owner and admins. Nothing happens when they are in, or invited, already. */
export interface GroupInviteRequest {
  readonly type: 'group-invite';
  readonly id: number;
  readonly conversation: ConversationId;
  readonly address: Address;
  readonly text?: string;
}

/** Answers an invitation, or leaves. An owner who leaves hands the group to the longest-standing admin, else member. */
export interface GroupAnswerRequest<T extends 'group-accept' | 'group-decline' | 'group-leave'> {
  readonly type: T;
  readonly id: number;
  readonly conversation: ConversationId;
}

/**
 * Removes somebody (`group-kick`, which withdraws an invitation as well), keeps them out (`group-ban`), or lifts that
 * (`group-unban`). The owner over all, admins over members.
 */
export interface GroupRemoveRequest<T extends 'group-kick' | 'group-ban' | 'group-unban'> {
  readonly type: T;
  readonly id: number;
  readonly conversation: ConversationId;
  readonly address: Address;
  readonly reason?: string;
}

/** Gives a member another role. The owner only; giving `owner` hands the group over and leaves the former one an admin. */
export interface GroupRoleRequest {
  readonly type: 'group-role';
  readonly id: number;
  readonly conversation: ConversationId;
  readonly address: Address;
  readonly role: GroupRole;
}

/** Sets title, topic, picture, or several of them. Owner and admins. */
export interface GroupUpdateRequest {
  readonly type: 'group-update';
  readonly id: number;
  readonly conversation: ConversationId;
  readonly title?: string;
  /** Empty for none. */
  readonly topic?: string;
  /** A file that who sets it may read, all of it being there; empty for none. */
  readonly icon?: FileId;
}

/** What is changed in a group; who may see the group hears of it by the update log. */
export interface GroupChange {
  readonly conversation: ConversationId;
  /** Who did it. */
  readonly by: Address;
  readonly time: Time;
  readonly title?: string;
  readonly topic?: string;
  /** Empty when the picture was taken away. */
  readonly icon?: FileId;
  /** Rows that are new or different, the reader's own one too. */
  readonly members?: readonly GroupMember[];
  /** With a removal: why. */
  readonly reason?: string;
}

/** A title: one line with something in it. */
export const titleSchema: z.ZodType<string> = z.string().min(1).max(256);
/** A topic: a short text. */
export const topicSchema: z.ZodType<string> = z.string().max(2048);
const iconSchema = z.union([z.literal(''), fileIdSchema]);
/** The schema of {@link GroupRole}. */
export const groupRoleSchema: z.ZodType<GroupRole> = z.enum(['owner', 'admin', 'member']);

/** The schema of {@link GroupMember}. */
export const groupMemberSchema: z.ZodType<GroupMember> = z.object({
  address: addressSchema,
  name: z.string(),
  role: groupRoleSchema,
  standing: z.enum(['joined', 'invited', 'left', 'banned']),
});

/** The schema of {@link GroupChange}. */
export const groupChangeSchema: z.ZodType<GroupChange> = z.object({
  conversation: conversationIdSchema,
  by: addressSchema,
  time: timeSchema,
  title: titleSchema.exactOptional(),
  topic: topicSchema.exactOptional(),
  icon: iconSchema.exactOptional(),
  members: z.array(groupMemberSchema).exactOptional(),
  reason: labelSchema.exactOptional(),
});

/** The schema of {@link GroupCreateRequest}. */
export const groupCreateRequestSchema: z.ZodType<GroupCreateRequest> = z.object({
  type: z.literal('group-create'),
  id: requestIdSchema,
  clientId: clientIdSchema,
  title: titleSchema,
  topic: topicSchema.exactOptional(),
  history: z.enum(['joined', 'all']).exactOptional(),
  invite: z.array(addressSchema).max(200).exactOptional(),
});

const groupShape = { id: requestIdSchema, conversation: conversationIdSchema };

/** The schema of {@link GroupInviteRequest}. */
export const groupInviteRequestSchema: z.ZodType<GroupInviteRequest> = z.object({
  type: z.literal('group-invite'),
  ...groupShape,
  address: addressSchema,
  text: labelSchema.exactOptional(),
});

/** The schema of {@link GroupAnswerRequest} of one type. */
export function groupAnswerRequestSchema<T extends 'group-accept' | 'group-decline' | 'group-leave'>(
  type: T,
): z.ZodType<GroupAnswerRequest<T>> {
  return z.object({ type: z.literal(type), ...groupShape });
}

/** The schema of {@link GroupRemoveRequest} of one type. */
export function groupRemoveRequestSchema<T extends 'group-kick' | 'group-ban' | 'group-unban'>(
  type: T,
): z.ZodType<GroupRemoveRequest<T>> {
  return z.object({
    type: z.literal(type),
    ...groupShape,
    address: addressSchema,
    reason: labelSchema.exactOptional(),
  });
}

/** The schema of {@link GroupRoleRequest}. */
export const groupRoleRequestSchema: z.ZodType<GroupRoleRequest> = z.object({
  type: z.literal('group-role'),
  ...groupShape,
  address: addressSchema,
  role: groupRoleSchema,
});

/** The schema of {@link GroupUpdateRequest}. */
export const groupUpdateRequestSchema: z.ZodType<GroupUpdateRequest> = z
  .object({
    type: z.literal('group-update'),
    ...groupShape,
    title: titleSchema.exactOptional(),
    topic: topicSchema.exactOptional(),
    icon: iconSchema.exactOptional(),
  })
  .refine(({ title, topic, icon }) => title !== undefined || topic !== undefined || icon !== undefined, {
    error: 'give title, topic or icon',
    path: ['title'],
  });
