import { z } from 'zod';
import { addressSchema, conversationIdSchema, requestIdSchema, timeSchema } from './fields.ts';
import type { Address, ConversationId, Time } from './fields.ts';
import { messageSchema } from './message.ts';
import type { Message } from './message.ts';

/**
 * Finds messages of the own conversations in which all words occur; of the last word the beginning is enough. Case,
 * accents and signs do not count. Newest first.
 */
export interface SearchRequest {
  readonly type: 'search';
  readonly id: number;
  readonly query: string;
  /** Only in this conversation. */
  readonly conversation?: ConversationId;
  /** Only by this account. */
  readonly from?: Address;
  /** From `since` on, before `until`. */
  readonly since?: Time;
  readonly until?: Time;
  readonly limit?: number;
  /** To go on: `next` of the page before. */
  readonly after?: string;
}

/** A page of what was found. */
export interface SearchPage {
  readonly messages: readonly Message[];
  /** `null` on the last page. */
  readonly next: string | null;
}

/** The schema of {@link SearchRequest}. */
export const searchRequestSchema: z.ZodType<SearchRequest> = z.object({
  type: z.literal('search'),
  id: requestIdSchema,
  query: z.string().min(1).max(1024),
  conversation: conversationIdSchema.exactOptional(),
  from: addressSchema.exactOptional(),
  since: timeSchema.exactOptional(),
  until: timeSchema.exactOptional(),
  limit: z.int().positive().exactOptional(),
  after: z.string().max(64).exactOptional(),
});

/** The schema of {@link SearchPage}. */
export const searchPageSchema: z.ZodType<SearchPage> = z.object({
  messages: z.array(messageSchema),
  next: z.string().nullable(),
});
