import { z } from 'zod';

/** Every error code with what it means. The text of an error is for people; programs decide by the code. */
export const errorCodes = {
  malformed: 'The frame is not JSON, or breaks a guard: duplicate key, forbidden key, lone surrogate.',
  'too-large': 'The frame has more bytes than the server takes.',
  'too-deep': 'The frame is nested deeper than the server takes.',
  'too-fast': 'Too many requests or sign-in attempts; `retryAfter` says when to come again.',
  'unknown-type': 'The server knows no frame of this type: it is older than the client.',
  invalid: 'A field is missing, has the wrong type, or breaks a limit.',
  'not-signed-in': 'The request needs a signed-in connection.',
  'already-signed-in': 'The connection is signed in; open another one.',
  'bad-credentials': 'Unknown user or wrong password; the server does not say which.',
  'token-invalid': 'The device token is not valid (any more): sign in by password.',
  suspended: 'The account is suspended; `reason` and `until` tell more.',
  'registration-closed': 'The server registers nobody.',
  'invite-invalid': 'The server wants an invitation, and this one is missing, unknown, used, or expired.',
  'name-taken': 'An account of this name exists.',
  'password-weak': 'The password is too short.',
  'not-found': 'No such account, contact, conversation, message, or device, or none that you may see.',
  forbidden: 'You may see it but not do this to it.',
  blocked: 'One of the two has blocked the other.',
  conflict: 'The client id was used before for a message with another body.',
  full: 'A limit on the number of things is reached.',
  'cursor-unknown': 'The update log does not reach from this cursor: read roster and conversations anew.',
  replaced: 'The same device has connected again elsewhere.',
  'going-away': 'The server is shutting down: come back after `retryAfter`.',
  unavailable: 'The server cannot store just now; nothing was changed, try again.',
  internal: 'A fault of the server; nothing is known about the outcome.',
} as const;

/** Code of an error frame. A code that this package does not know is read as `internal`. */
export type ErrorCode = keyof typeof errorCodes;

/** Why a request failed or a connection ends. */
export interface WireError {
  readonly code: ErrorCode;
  /** One sentence for people. */
  readonly message: string;
  /** Milliseconds to wait before trying again. */
  readonly retryAfter?: number;
  /** With `suspended`: why, as the administrator wrote it. */
  readonly reason?: string;
  /** With `suspended`: when it ends, in milliseconds since 1970; absent when nobody has said. */
  readonly until?: number;
  /** With `invalid`: path of the field, e.g. `body.text`. */
  readonly field?: string;
}

const codeSchema = z.string().transform((code): ErrorCode => (isErrorCode(code) ? code : 'internal'));

/** The schema of {@link WireError}. */
export const wireErrorSchema: z.ZodType<WireError> = z.object({
  code: codeSchema,
  message: z.string(),
  retryAfter: z.number().nonnegative().exactOptional(),
  reason: z.string().exactOptional(),
  until: z.number().exactOptional(),
  field: z.string().exactOptional(),
});

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code);
}
