import { z } from 'zod';
import { wireErrorSchema } from './frames/errors.ts';
import type { WireError } from './frames/errors.ts';
import { requestIdSchema } from './frames/fields.ts';
import { presencePushSchema } from './frames/presence.ts';
import type { PresencePush } from './frames/presence.ts';
import { laggingPushSchema, updatesPushSchema } from './frames/sync.ts';
import type { LaggingPush, UpdatesPush } from './frames/sync.ts';
import { typingPushSchema } from './frames/typing.ts';
import type { TypingPush } from './frames/typing.ts';

/** A request was done. Replies come in the order in which requests finish, which need not be the order of asking. */
export interface Reply {
  readonly type: 'reply';
  /** The request's. */
  readonly id: number;
  /** By the request's type; check it with `resultSchemas`. */
  readonly result: unknown;
}

/** A request was refused, or (without `id`) a frame could not be read well enough to tell which. */
export interface ErrorFrame {
  readonly type: 'error';
  readonly id?: number;
  readonly error: WireError;
}

/** The server is about to close the connection, for this reason. The last frame of a connection. */
export interface ClosingPush {
  readonly type: 'closing';
  readonly error: WireError;
}

/** A frame of a type that this version does not know; ignore it. */
export interface UnknownPush {
  readonly type: 'unknown';
}

/** Anything a server sends. */
export type ServerFrame =
  | Reply
  | ErrorFrame
  | UpdatesPush
  | PresencePush
  | TypingPush
  | LaggingPush
  | ClosingPush
  | UnknownPush;

/** The schema of every frame of a server. */
export const serverFrameSchemas: {
  readonly [T in Exclude<ServerFrame['type'], 'unknown'>]: z.ZodType<Extract<ServerFrame, { type: T }>>;
} = {
  reply: z.object({ type: z.literal('reply'), id: requestIdSchema, result: z.unknown() }),
  error: z.object({ type: z.literal('error'), id: requestIdSchema.exactOptional(), error: wireErrorSchema }),
  updates: updatesPushSchema,
  presence: presencePushSchema,
  typing: typingPushSchema,
  lagging: laggingPushSchema,
  closing: z.object({ type: z.literal('closing'), error: wireErrorSchema }),
};
