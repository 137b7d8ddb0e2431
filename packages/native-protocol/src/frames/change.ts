import { z } from 'zod';
import {
  addressSchema,
  conversationIdSchema,
  requestIdSchema,
  sequenceSchema,
  timeSchema,
} from './fields.ts';
import type { Address, ConversationId, Sequence, Time } from './fields.ts';
import { clientIdSchema, messageBodySchema, reactionKeySchema } from './message.ts';
import type { MessageBody } from './message.ts';

/**
 * Sends a message to a conversation, or to a person (the direct conversation is made when needed). Exactly one of
 * `conversation` and `peer` is given.
 *
 * The reply comes after the message is durably stored. A frame whose reply was lost is sent again with the same
 * `clientId`: the server answers with the place of the first one. The same `clientId` with another body or another
 * conversation is refused with `conflict`.
 */
export interface SendRequest {
  readonly type: 'send';
  readonly id: number;
  readonly clientId: string;
  readonly conversation?: ConversationId;
  readonly peer?: Address;
  readonly body: MessageBody;
}

/** Where a message was stored. */
export interface Sent {
  readonly conversation: ConversationId;
  readonly seq: Sequence;
  readonly messageId: string;
  readonly time: Time;
}

/** Replaces the body of an own message. */
export interface EditRequest {
  readonly type: 'edit';
  readonly id: number;
  readonly conversation: ConversationId;
  readonly seq: Sequence;
  readonly body: MessageBody;
}

/** Takes an own message back: its body and reactions are deleted, its place stays. */
export interface RetractRequest {
  readonly type: 'retract';
  readonly id: number;
  readonly conversation: ConversationId;
  readonly seq: Sequence;
}

/** Adds or takes away an own reaction. */
export interface ReactRequest {
  readonly type: 'react';
  readonly id: number;
  readonly conversation: ConversationId;
  readonly seq: Sequence;
  readonly key: string;
  readonly on: boolean;
}

/** The schema of {@link SendRequest}. */
export const sendRequestSchema: z.ZodType<SendRequest> = z
  .object({
    type: z.literal('send'),
    id: requestIdSchema,
    clientId: clientIdSchema,
    conversation: conversationIdSchema.exactOptional(),
    peer: addressSchema.exactOptional(),
    body: messageBodySchema,
  })
  .refine((frame) => (frame.conversation === undefined) !== (frame.peer === undefined), {
    error: 'give conversation or peer, one of them',
    path: ['conversation'],
  });

/** The schema of {@link Sent}. */
export const sentSchema: z.ZodType<Sent> = z.object({
  conversation: conversationIdSchema,
  seq: sequenceSchema,
  messageId: z.string().min(1),
  time: timeSchema,
});

const targetShape = { id: requestIdSchema, conversation: conversationIdSchema, seq: sequenceSchema };

/** The schema of {@link EditRequest}. */
export const editRequestSchema: z.ZodType<EditRequest> = z.object({
  type: z.literal('edit'),
  ...targetShape,
  body: messageBodySchema,
});
/** The schema of {@link RetractRequest}. */
export const retractRequestSchema: z.ZodType<RetractRequest> = z.object({
  type: z.literal('retract'),
  ...targetShape,
});
/** The schema of {@link ReactRequest}. */
export const reactRequestSchema: z.ZodType<ReactRequest> = z.object({
  type: z.literal('react'),
  ...targetShape,
  key: reactionKeySchema,
  on: z.boolean(),
});
