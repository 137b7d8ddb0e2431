import { checkName, decodeValue, malformed } from './xml-text.ts';

const [TAB, LINE_FEED, RETURN, SPACE] = [0x09, 0x0a, 0x0d, 0x20];
const [SLASH, EQUALS, GREATER, QUOTE, APOSTROPHE] = [0x2f, 0x3d, 0x3e, 0x22, 0x27];

/** What stands between `<` and `>`. */
export interface Tag {
  readonly name: string;
  readonly attributes: Record<string, string>;
  /** How many attributes there are. */
  readonly count: number;
  readonly empty: boolean;
}

/** Reads a start tag (XML 1.0 section 3.1), from its `<` to its `>`. Throws WireError. */
export function readTag(tag: string): Tag {
  const attributes: Record<string, string> = {};
  let count = 0;
  let at = endOfName(tag, 1);
  const name = tag.slice(1, at);
  checkName(name);
  for (;;) {
    const next = skipSpace(tag, at);
    const code = tag.charCodeAt(next);
    if (code === GREATER) return { name, attributes, count, empty: false };
    if (code === SLASH) {
      if (next !== tag.length - 2) throw malformed('a slash in a tag');
      return { name, attributes, count, empty: true };
    }
    if (next === at) throw malformed('no space between attributes');
    at = readAttribute(tag, next, attributes);
    count += 1;
  }
}

/** Reads an end tag, and gives the name in it. Throws WireError. */
export function readEndTag(tag: string): string {
  const end = endOfName(tag, 2);
  if (skipSpace(tag, end) !== tag.length - 1) throw malformed('an end tag with more than a name');
  return tag.slice(2, end);
}

/** Gives where the attribute ends. */
function readAttribute(tag: string, at: number, attributes: Record<string, string>): number {
  const nameEnd = endOfName(tag, at);
  const name = tag.slice(at, nameEnd);
  checkName(name);
  const equals = skipSpace(tag, nameEnd);
  if (tag.charCodeAt(equals) !== EQUALS) throw malformed('an attribute without a value');
  const begin = skipSpace(tag, equals + 1);
  const quote = tag.charCodeAt(begin);
  if (quote !== QUOTE && quote !== APOSTROPHE) throw malformed('a value without quotes');
  const end = tag.indexOf(quote === QUOTE ? '"' : "'", begin + 1);
  if (end < 0) throw malformed('a value without an end');
  if (Object.hasOwn(attributes, name)) throw malformed('an attribute twice');
  // By definition, as assigning to a name such as __proto__ would do something else.
  const value = decodeValue(tag.slice(begin + 1, end));
  if (name === '__proto__') Object.defineProperty(attributes, name, { value, enumerable: true });
  else attributes[name] = value;
  return end + 1;
}

function endOfName(tag: string, from: number): number {
  for (let at = from; ; at += 1) {
    const code = tag.charCodeAt(at);
    if (code === SLASH || code === EQUALS || code === GREATER || isSpace(code)) return at;
  }
}

function skipSpace(tag: string, from: number): number {
  let at = from;
  while (isSpace(tag.charCodeAt(at))) at += 1;
  return at;
}

function isSpace(code: number): boolean {
  return code === SPACE || code === LINE_FEED || code === TAB || code === RETURN;
}
