import { WireError } from './error.ts';
import type { HttpAnswer } from './http.ts';

/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | JsonMap;

/** A JSON object. Names may be anything, `__proto__` included: read them as own properties only. */
export interface JsonMap {
  readonly [name: string]: Json | undefined;
}

/** Whether a value is a JSON object. */
export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own property; undefined where there is none, so that what objects inherit is never taken for data. */
export function get(map: JsonMap | undefined, name: string): Json | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}

/** An own property that is an object. */
export function getMap(map: JsonMap | undefined, name: string): JsonMap | undefined {
  const value = get(map, name);
  return isMap(value) ? value : undefined;
}

/** An own property that is a text. */
export function getText(map: JsonMap | undefined, name: string): string | undefined {
  const value = get(map, name);
  return typeof value === 'string' ? value : undefined;
}

/** An own property that is a finite number. */
export function getNumber(map: JsonMap | undefined, name: string): number | undefined {
  const value = get(map, name);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** An own property that is a list; empty where it is none. */
export function getList(map: JsonMap | undefined, name: string): readonly Json[] {
  const value = get(map, name);
  return isList(value) ? value : [];
}

/** Whether a value is a list. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** For texts in one piece: it remembers nothing, and most answers are so. */
const WHOLE = new TextDecoder('utf-8');

/** Reads a body of bounded size. Throws WireError `limit`, and the rest is never read. */
export async function readBody(answer: HttpAnswer, most: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body) {
    size += part.length;
    if (size > most) {
      answer.discard();
      throw new WireError('limit', `the server answered with more than ${most} bytes`);
    }
    parts.push(part);
  }
  const [first] = parts;
  if (first === undefined) return '';
  if (parts.length === 1) return WHOLE.decode(first);
  const decoder = new TextDecoder('utf-8');
  return parts.map((part) => decoder.decode(part, { stream: true })).join('') + decoder.decode();
}

/** Reads a JSON object of bounded depth. Throws WireError `protocol` or `limit`. */
export function parseJson(text: string, depth: number): JsonMap {
  if (depthOf(text, depth) > depth)
    throw new WireError('limit', 'the server answered with JSON too deep to be true');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new WireError('protocol', 'the server answered with something that is not JSON', { cause: error });
  }
  if (!isMap(value)) throw new WireError('protocol', 'the server answered with JSON that is no object');
  return value;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACKETS = { open: 0x5b, close: 0x5d } as const;
const BRACES = { open: 0x7b, close: 0x7d } as const;

/** How deep the brackets of a JSON text are nested, read no further than past `most`. */
function depthOf(text: string, most: number): number {
  let depth = 0;
  let deepest = 0;
  for (let index = 0; index < text.length && deepest <= most; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) index = endOfString(text, index);
    else if (code === BRACES.open || code === BRACKETS.open) deepest = Math.max(deepest, (depth += 1));
    else if (code === BRACES.close || code === BRACKETS.close) depth -= 1;
  }
  return deepest;
}

function endOfString(text: string, start: number): number {
  let end = start;
  do end = text.indexOf('"', end + 1);
  while (end !== -1 && isEscaped(text, end));
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let count = 0;
  while (text.charCodeAt(at - 1 - count) === BACKSLASH) count += 1;
  return count % 2 === 1;
}

/** Whether a value is nested no deeper than this; looks no further than it must. */
export function isShallow(value: Json | undefined, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  return Object.values(value).every((child) => isShallow(child, depth - 1));
}
