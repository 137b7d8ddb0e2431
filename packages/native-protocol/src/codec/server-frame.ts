import { resultSchemas } from '../requests.ts';
import type { RequestResult, RequestType } from '../requests.ts';
import { serverFrameSchemas } from '../pushes.ts';
import type { ServerFrame } from '../pushes.ts';
import { invalid } from './decoded.ts';
import type { Decoded } from './decoded.ts';
import { parseGuarded } from './guard.ts';

/** Most bytes of a frame that a client takes unless told otherwise: a full page of the longest messages does not fit, so servers cut pages by size too. */
export const serverFrameBytes: number = 4 * 1024 * 1024;

/**
 * Reads a frame of a server, on the client. Never throws. A type that this version does not know becomes
 * `{ type: 'unknown' }`. The result of a reply is checked by `decodeResult`, by whoever knows what was asked.
 */
export function decodeServerFrame(
  text: string,
  maximumBytes: number = serverFrameBytes,
): Decoded<ServerFrame> {
  const guarded = parseGuarded(text, maximumBytes);
  if (!guarded.ok) return guarded;
  const { type } = guarded.value;
  if (typeof type !== 'string')
    return { ok: false, error: { code: 'invalid', message: 'A frame has a type.', field: 'type' } };
  if (!isServerFrameType(type)) return { ok: true, frame: { type: 'unknown' } };
  const parsed = serverFrameSchemas[type].safeParse(guarded.value);
  return parsed.success ? { ok: true, frame: parsed.data } : invalid(parsed.error, undefined);
}

/** Checks the result that a reply carries against the request that it answers. Never throws. */
export function decodeResult<T extends RequestType>(type: T, result: unknown): Decoded<RequestResult<T>> {
  const parsed = resultSchemas[type].safeParse(result);
  return parsed.success ? { ok: true, frame: parsed.data } : invalid(parsed.error, undefined);
}

function isServerFrameType(type: string): type is keyof typeof serverFrameSchemas {
  return Object.hasOwn(serverFrameSchemas, type);
}
