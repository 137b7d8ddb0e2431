import { z } from 'zod';
import { conversationIdSchema, requestIdSchema, sequenceSchema } from './fields.ts';
import type { ConversationId, Sequence } from './fields.ts';

/** `delivered`: a device has stored everything up to here. `read`: the person has seen it. */
export type MarkerKind = 'delivered' | 'read';

/**
 * Moves own markers forward; one that does not move is ignored. The other members and the own devices learn of it by
 * the update log. `read` implies `delivered`.
 */
export interface MarkRequest {
  readonly type: 'mark';
  readonly id: number;
  readonly kind: MarkerKind;
  readonly marks: readonly Mark[];
}

/** Everything up to and with this message. */
export interface Mark {
  readonly conversation: ConversationId;
  readonly seq: Sequence;
}

/** The schema of {@link MarkRequest}. */
export const markRequestSchema: z.ZodType<MarkRequest> = z.object({
  type: z.literal('mark'),
  id: requestIdSchema,
  kind: z.enum(['delivered', 'read']),
  marks: z
    .array(z.object({ conversation: conversationIdSchema, seq: sequenceSchema }))
    .min(1)
    .max(200),
});
