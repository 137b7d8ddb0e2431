import { z } from 'zod';
import { addressSchema, conversationIdSchema } from './fields.ts';
import type { Address, ConversationId } from './fields.ts';

/** A signal: it has no id and is never answered. Repeat it every few seconds while it lasts; it is not stored. */
export interface TypingSignal {
  readonly type: 'typing';
  readonly conversation: ConversationId;
  readonly active: boolean;
}

/** Another member writes, or has stopped. Void `expiresAfter` milliseconds after it came. */
export interface TypingPush {
  readonly type: 'typing';
  readonly conversation: ConversationId;
  readonly from: Address;
  readonly active: boolean;
  readonly expiresAfter: number;
}

/** The schema of {@link TypingSignal}. */
export const typingSignalSchema: z.ZodType<TypingSignal> = z.object({
  type: z.literal('typing'),
  conversation: conversationIdSchema,
  active: z.boolean(),
});
/** The schema of {@link TypingPush}. */
export const typingPushSchema: z.ZodType<TypingPush> = z.object({
  type: z.literal('typing'),
  conversation: conversationIdSchema,
  from: addressSchema,
  active: z.boolean(),
  expiresAfter: z.number().nonnegative(),
});
