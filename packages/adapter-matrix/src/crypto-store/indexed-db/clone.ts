import { serialize } from 'node:v8';

/** A value as it is now, for whatever the caller does to it afterwards. */
export function clone(value: unknown): Uint8Array {
  try {
    return serialize(value);
  } catch (error) {
    throw new DOMException(error instanceof Error ? error.message : String(error), 'DataCloneError');
  }
}
