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
    field === '' || issue === undefined
      ? 'The frame does not match its schema.'
      : `The field ${field} ${faultOf(issue)}.`;
  return {
    ok: false,
    error: { code: 'invalid', message, ...(field === '' ? {} : { field }) },
    ...(id === undefined ? {} : { id }),
  };
}

/** What is wrong with a value, in words that can be shown to whoever typed it. */
function faultOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small')
    return issue.minimum === 1 && isSized(issue.origin) ? 'is empty' : tooSmall(issue);
  if (issue.code === 'too_big')
    return isSized(issue.origin)
      ? `is longer than ${issue.maximum} ${unitOf(issue.origin)}`
      : `is more than ${issue.maximum}`;
  const { message } = issue;
  return `is not valid: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

function tooSmall({ origin, minimum }: z.core.$ZodIssueTooSmall): string {
  return isSized(origin) ? `is shorter than ${minimum} ${unitOf(origin)}` : `is less than ${minimum}`;
}

function isSized(origin: string): boolean {
  return origin === 'string' || origin === 'array' || origin === 'set';
}

function unitOf(origin: string): string {
  return origin === 'string' ? 'characters' : 'entries';
}
