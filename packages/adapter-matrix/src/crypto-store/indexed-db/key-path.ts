import { encodeKey } from './keys.ts';

/** Where an index finds its key in a value: a path of names with dots between, or several, which make an array key. */
export type KeyPath = string | readonly string[];

/** The encoded index key of a value; `null` when the value has none and so is not in the index (section 5.5). */
export function indexKey(value: unknown, path: KeyPath): Uint8Array | null {
  const found = typeof path === 'string' ? at(value, path) : path.map((part) => at(value, part));
  if (found === undefined || (Array.isArray(found) && found.includes(undefined))) return null;
  try {
    return encodeKey(found);
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

function at(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = Reflect.get(found, name);
  }
  return found;
}
