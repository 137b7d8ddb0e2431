import { z } from 'zod';
import { positionSchema, requestIdSchema } from './fields.ts';
import type { Position } from './fields.ts';
import { updateSchema } from './update.ts';
import type { Update } from './update.ts';

/**
 * Reads the update log from a cursor, a page a request. When a page reaches the end (`more: false`), the connection
 * is live: what comes after the page is pushed as `updates`, without a hole and in order, until the connection ends
 * or a `lagging` push says that pushes were dropped.
 */
export interface SyncRequest {
  readonly type: 'sync';
  readonly id: number;
  /** The cursor: the position of the last update that the device has stored. */
  readonly after: Position;
  readonly limit?: number;
}

/** Consecutive updates. The positions are dense: the first one is `after + 1`. */
export interface UpdatePage {
  readonly updates: readonly Update[];
  /** The cursor after this page. */
  readonly cursor: Position;
  /** The last position of the log. */
  readonly head: Position;
  /** There are more: ask again with `after: cursor`. */
  readonly more: boolean;
}

/**
 * The consecutive updates after the last page or push. After a `sync` on a connection that was live already, one may
 * tell what the page has told: a client ignores entries at or before its cursor.
 */
export interface UpdatesPush {
  readonly type: 'updates';
  readonly updates: readonly Update[];
  /** The cursor after these. */
  readonly cursor: Position;
}

/** The device read too slowly, and pushes were dropped. Nothing is lost: `sync` from the cursor. */
export interface LaggingPush {
  readonly type: 'lagging';
  readonly head: Position;
}

/**
 * A signal: the device has durably stored everything up to the cursor. It has no id and is never answered. It is a
 * note for the server's own housekeeping (and what a sign-in tells back); the device's own copy of the cursor rules.
 */
export interface AckSignal {
  readonly type: 'ack';
  readonly cursor: Position;
}

/** The schema of {@link SyncRequest}. */
export const syncRequestSchema: z.ZodType<SyncRequest> = z.object({
  type: z.literal('sync'),
  id: requestIdSchema,
  after: positionSchema,
  limit: z.int().positive().exactOptional(),
});
/** The schema of {@link UpdatePage}. */
export const updatePageSchema: z.ZodType<UpdatePage> = z.object({
  updates: z.array(updateSchema),
  cursor: positionSchema,
  head: positionSchema,
  more: z.boolean(),
});
/** The schema of {@link UpdatesPush}. */
export const updatesPushSchema: z.ZodType<UpdatesPush> = z.object({
  type: z.literal('updates'),
  updates: z.array(updateSchema),
  cursor: positionSchema,
});
/** The schema of {@link LaggingPush}. */
export const laggingPushSchema: z.ZodType<LaggingPush> = z.object({
  type: z.literal('lagging'),
  head: positionSchema,
});
/** The schema of {@link AckSignal}. */
export const ackSignalSchema: z.ZodType<AckSignal> = z.object({
  type: z.literal('ack'),
  cursor: positionSchema,
});
