import { WireError } from './error.ts';

/** What no XML document may contain (XML 1.0 section 2.2); surrogates cannot come out of UTF-8. */
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
/** Text and values without any of this are what they look like. */
// eslint-disable-next-line no-control-regex
const SPECIAL_IN_TEXT = /[&\0-\x08\x0b-\x1f\ufffe\uffff]|\]\]>/;
// eslint-disable-next-line no-control-regex
const SPECIAL_IN_VALUE = /[<&\0-\x1f\ufffe\uffff]/;
const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&quot;': '"',
  '&apos;': "'",
};

const START =
  'A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}';
const PART = `[${START}][${START}.\\-0-9\\u00B7\\u0300-\\u036F\\u203F\\u2040]*`;
/** Names in XML 1.0 as Namespaces in XML restricts them: nearly all are ASCII. */
const ANY_NAME = new RegExp(`^${PART}(?::${PART})?$`, 'u');
const PLAIN_NAME = /^[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?$/;

/** What tells a peer that its XML is none. */
export function malformed(what: string): WireError {
  return new WireError('malformed', `not well-formed: ${what}`, { condition: 'not-well-formed' });
}

/** Throws WireError for what is no name of an element or attribute. */
export function checkName(name: string): void {
  if (!PLAIN_NAME.test(name) && !ANY_NAME.test(name))
    throw malformed(`${JSON.stringify(name.slice(0, 50))} is no name`);
}

/** The text that stands between two tags. Throws WireError. */
export function decodeText(raw: string): string {
  if (!SPECIAL_IN_TEXT.test(raw)) return raw;
  if (raw.includes(']]>')) throw malformed('the end of a section that did not begin');
  return decodeReferences(normalizeLines(raw));
}

/** The text of a CDATA section. Throws WireError. */
export function decodeCdata(raw: string): string {
  return normalizeLines(raw);
}

/** The value of an attribute (XML 1.0 section 3.3.3). Throws WireError. */
export function decodeValue(raw: string): string {
  if (!SPECIAL_IN_VALUE.test(raw)) return raw;
  if (raw.includes('<')) throw malformed('a tag inside of a tag');
  return decodeReferences(normalizeLines(raw).replaceAll(/[\t\n]/g, ' '));
}

/** XML 1.0 section 2.11. */
function normalizeLines(raw: string): string {
  if (FORBIDDEN.test(raw)) throw malformed('a control character');
  return raw.includes('\r') ? raw.replaceAll(/\r\n?/g, '\n') : raw;
}

/** Every ampersand begins one of the five predefined entities or the number of a character. */
function decodeReferences(text: string): string {
  return text.includes('&') ? text.replaceAll(/&[^;&]{0,20};?/g, decodeReference) : text;
}

function decodeReference(reference: string): string {
  const entity = ENTITIES[reference];
  if (entity !== undefined) return entity;
  const [, hexadecimal, decimal] = /^&#(?:x([0-9A-Fa-f]+)|([0-9]+));$/.exec(reference) ?? [];
  const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
  if (!isCharacter(code)) throw malformed(`${JSON.stringify(reference)} stands for nothing`);
  return String.fromCodePoint(code);
}

/** XML 1.0 section 2.2; false for what is no number. */
function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x1_0000 && code <= 0x10_ffff);
}
