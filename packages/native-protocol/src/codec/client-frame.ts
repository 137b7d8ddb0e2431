import { defaultLimits } from '../limits.ts';
import { isRequestType, isSignalType, requestSchemas, signalSchemas } from '../requests.ts';
import type { ClientFrame } from '../requests.ts';
import { invalid } from './decoded.ts';
import type { Decoded } from './decoded.ts';
import { parseGuarded } from './guard.ts';

/**
 * Reads a frame of a client, on the server. Never throws. Unknown fields are dropped; an unknown type is the error
 * `unknown-type`, so that a newer client learns what this server lacks.
 */
export function decodeClientFrame(
  text: string,
  maximumBytes: number = defaultLimits.frameBytes,
): Decoded<ClientFrame> {
  const guarded = parseGuarded(text, maximumBytes);
  if (!guarded.ok) return guarded;
  const { type, id: rawId } = guarded.value;
  const id = typeof rawId === 'number' && Number.isSafeInteger(rawId) && rawId >= 0 ? rawId : undefined;
  if (typeof type !== 'string') {
    return {
      ok: false,
      error: { code: 'invalid', message: 'A frame has a type.', field: 'type' },
      ...(id === undefined ? {} : { id }),
    };
  }
  const schema = isRequestType(type) ? requestSchemas[type] : isSignalType(type) ? signalSchemas[type] : null;
  if (schema === null) {
    return {
      ok: false,
      error: { code: 'unknown-type', message: 'This server knows no frame of this type.' },
      ...(id === undefined ? {} : { id }),
    };
  }
  const parsed = schema.safeParse(guarded.value);
  return parsed.success ? { ok: true, frame: parsed.data } : invalid(parsed.error, id);
}
