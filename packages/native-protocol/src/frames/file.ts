import { z } from 'zod';
import { clientIdSchema } from './message.ts';
import { requestIdSchema, timeSchema } from './fields.ts';
import type { Time } from './fields.ts';

/** Opaque id of a file, given by the server. It names the same bytes for ever. */
export type FileId = string;

/**
 * Announces a file. Its bytes follow by HTTP at `path`, as tus 1.0 has it: `HEAD` tells how far it got, `PATCH` goes on from
 * there. The same `clientId` of the same account finds the file that was announced before, so that an upload goes on after
 * whatever has broken it. It can be sent once all bytes are there.
 */
export interface FileCreateRequest {
  readonly type: 'file-create';
  readonly id: number;
  readonly clientId: string;
  readonly name: string;
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number;
}

/** Asks to read a file: an own one, or one of a message that the account may see. */
export interface FileGetRequest {
  readonly type: 'file-get';
  readonly id: number;
  readonly file: FileId;
}

/** Where the bytes go or come from, and the leave to do that. */
export interface FileAccess {
  readonly file: FileId;
  /** On the server that the WebSocket leads to. */
  readonly path: string;
  /** For the header `Authorization: Bearer ...` of the HTTP requests; for this file and account only. */
  readonly token: string;
  /** When the token ends; another one is asked for then. */
  readonly until: Time;
  /** Bytes in all, and those that the server has. */
  readonly size: number;
  readonly offset: number;
  /** Of all bytes, once they are there: lower-case hexadecimal. */
  readonly sha256?: string;
}

/** The schema of a {@link FileId}. */
export const fileIdSchema: z.ZodType<FileId> = z.string().min(1).max(64);

/** The schema of {@link FileCreateRequest}. */
export const fileCreateRequestSchema: z.ZodType<FileCreateRequest> = z.object({
  type: z.literal('file-create'),
  id: requestIdSchema,
  clientId: clientIdSchema,
  name: z.string().max(255),
  mediaType: z.string().max(127),
  size: z.int().nonnegative(),
});

/** The schema of {@link FileGetRequest}. */
export const fileGetRequestSchema: z.ZodType<FileGetRequest> = z.object({
  type: z.literal('file-get'),
  id: requestIdSchema,
  file: fileIdSchema,
});

/** The schema of {@link FileAccess}. */
export const fileAccessSchema: z.ZodType<FileAccess> = z.object({
  file: fileIdSchema,
  path: z.string().regex(/^\/[!-~]*$/u),
  token: z.string().regex(/^[!-~]{1,512}$/u),
  until: timeSchema,
  size: z.int().nonnegative(),
  offset: z.int().nonnegative(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/u)
    .exactOptional(),
});
