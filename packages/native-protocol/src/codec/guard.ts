import type { WireError } from '../frames/errors.ts';
import { maximumDepth } from '../limits.ts';

/** What a frame's text was found to be: a JSON object that is safe to look into, or why it is not. */
export type Guarded =
  | { readonly ok: true; readonly value: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly error: WireError };

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Keys by which careless code reaches an object's prototype. The schema uses none of them. */
const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Parses the text of one frame behind guards.
 *
 * Size and depth are checked on the text, before the parser sees it. Afterwards the keys that came out are counted
 * against the colons that went in: fewer means that a key stood twice. `JSON.parse` would keep the last one, another
 * reader the first, and the two would disagree about what was said.
 */
export function parseGuarded(text: string, maximumBytes: number): Guarded {
  // A UTF-16 code unit takes one to three bytes, so most frames need no counting.
  if (text.length > maximumBytes || (text.length * 3 > maximumBytes && byteLength(text) > maximumBytes)) {
    return refuse('too-large', `A frame may have ${maximumBytes} bytes.`);
  }
  const outline = scan(text);
  if (outline.depth > maximumDepth)
    return refuse('too-deep', `A frame may be nested ${maximumDepth} levels deep.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('malformed', 'The frame is not JSON.');
  }
  if (!isObject(value)) return refuse('malformed', 'A frame is one JSON object.');
  const found = inspect(value);
  if (found.fault !== undefined) return refuse('malformed', found.fault);
  if (found.keys !== outline.keys) return refuse('malformed', 'A key stands twice in one object.');
  return { ok: true, value };
}

interface Outline {
  readonly depth: number;
  readonly keys: number;
}

/** Reads brackets and colons outside of strings. On text that is not JSON the result means nothing, and nothing breaks. */
function scan(text: string): Outline {
  let level = 0;
  let depth = 0;
  let keys = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit === quote) index = endOfString(text, index);
    else if (unit === colon) keys += 1;
    else if (unit === openBrace || unit === openBracket) {
      level += 1;
      if (level > depth) depth = level;
    } else if (unit === closeBrace || unit === closeBracket) level -= 1;
  }
  return { depth, keys };
}

/** The index of the quote that ends the string which begins at `start`; the end of the text when none does. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}

interface Inspection {
  keys: number;
  fault?: string;
}

/** Walks what was parsed. The recursion is safe: the depth has been checked. */
function inspect(value: unknown, inspection: Inspection = { keys: 0 }): Inspection {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) inspection.fault = 'A string has half a surrogate pair.';
  } else if (Array.isArray(value)) {
    for (const item of value) inspect(item, inspection);
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      inspection.keys += 1;
      if (forbiddenKeys.has(key)) inspection.fault = 'A key has a forbidden name.';
      else if (!key.isWellFormed()) inspection.fault = 'A string has half a surrogate pair.';
      else inspect(value[key], inspection);
    }
  }
  return inspection;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function refuse(code: WireError['code'], message: string): Guarded {
  return { ok: false, error: { code, message } };
}
