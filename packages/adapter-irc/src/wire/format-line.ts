import { WireError } from './error.ts';

/** message-tags, "Size limit": what a client may send in tags, and the classic line with its end. */
const MAX_CLIENT_TAGS = 4094;
const MAX_BODY = 512;

/** What a line may be at most; servers raise the body with `LINELEN`. */
export interface LineBounds {
  readonly bodyBytes?: number;
}

/**
 * The one place where lines for the server are made, so that the one place to check them: whatever the parameters hold,
 * the server sees exactly one well-formed line, or this throws WireError `invalid` and nothing is sent. CR, LF and NUL
 * are refused anywhere; a parameter that is not the last may not be empty, begin with a colon or contain a space.
 */
export function formatLine(
  command: string,
  params: readonly string[] = [],
  tags: Readonly<Record<string, string>> = {},
  bounds: LineBounds = {},
): string {
  if (!/^(?:[A-Z]+|\d{3})$/.test(command)) throw refuse('the command is no word');
  const words = params.map((param, index) => formatParam(param, index === params.length - 1));
  const body = [command, ...words].join(' ').toWellFormed();
  if (byteLength(body) + 2 > (bounds.bodyBytes ?? MAX_BODY)) throw refuse('the line is too long');
  return formatTags(tags) + body;
}

/** UTF-8 bytes of a text. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function formatParam(param: string, last: boolean): string {
  if (/[\r\n\0]/.test(param)) throw refuse('a parameter contains a line end or NUL');
  const plain = param !== '' && !param.startsWith(':') && !param.includes(' ');
  if (plain) return param;
  if (!last) throw refuse('a parameter before the last is empty, begins with a colon or contains a space');
  return `:${param}`;
}

const ESCAPED: Readonly<Record<string, string>> = {
  ';': '\\:',
  ' ': '\\s',
  '\\': '\\\\',
  '\r': '\\r',
  '\n': '\\n',
};

function formatTags(tags: Readonly<Record<string, string>>): string {
  const entries = Object.entries(tags);
  if (entries.length === 0) return '';
  const parts = entries.map(([key, value]) => {
    // message-tags, "Format": an optional +, an optional vendor, a name.
    if (!/^\+?(?:[A-Za-z0-9.-]+\/)?[A-Za-z0-9-]+$/.test(key)) throw refuse('a tag has no proper name');
    if (value.includes('\0')) throw refuse('a tag contains NUL');
    const escaped = value.toWellFormed().replace(/[; \\\r\n]/g, (character) => ESCAPED[character] ?? '');
    return escaped === '' ? key : `${key}=${escaped}`;
  });
  const text = parts.join(';');
  if (byteLength(text) > MAX_CLIENT_TAGS) throw refuse('the tags are too long');
  return `@${text} `;
}

function refuse(why: string): WireError {
  return new WireError('invalid', `it cannot be said on IRC: ${why}`);
}
