import type { z } from 'zod';
import type { WireError } from '../frames/errors.ts';

/** A frame that was read, or why it could not be. `id` is the frame's, if so much could be read. */
export type Decoded<T> =
  | { readonly ok: true; readonly frame: T }
  | { readonly ok: false; readonly error: WireError; readonly id?: number };

/** Turns the first fault that a schema found into an error for the other side. Values are never repeated in it. */
export function invalid(
  error: z.ZodError,
  id: number | undefined,
): { readonly ok: false; readonly error: WireError; readonly id?: number } {
  const issue = error.issues[0];
  const field = issue?.path.join('.') ?? '';
  const message =
    field === '' ? 'The frame does not match its schema.' : `Field ${field}: ${issue?.message ?? 'invalid'}.`;
  return {
    ok: false,
    error: { code: 'invalid', message, ...(field === '' ? {} : { field }) },
    ...(id === undefined ? {} : { id }),
  };
}
