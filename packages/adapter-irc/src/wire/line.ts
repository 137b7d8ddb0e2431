/** Who a line comes from: a server's name stands in `nick` too, without user and host. */
export interface Source {
  readonly nick: string;
  readonly user: string | null;
  readonly host: string | null;
}

/** One message of the protocol (modern IRC client protocol, section "Message Format"). */
export interface IrcLine {
  /** Tags by key; a tag without value is the empty text. */
  readonly tags: ReadonlyMap<string, string>;
  readonly source: Source | null;
  /** Upper-case; numerics are three digits. */
  readonly command: string;
  readonly params: readonly string[];
}

const NO_TAGS: ReadonlyMap<string, string> = new Map();
/** More are cut off: the protocol knows 15, and a line of spaces must not become an array of thousands. */
const MAX_PARAMS = 30;
const MAX_TAGS = 512;

/** Parses a line without its end. Null for what is no message: empty lines and lines without a command. Never throws. */
export function parseLine(text: string): IrcLine | null {
  let at = 0;
  let tags = NO_TAGS;
  let source: Source | null = null;
  if (text.startsWith('@')) {
    const end = endOfWord(text, 1);
    tags = parseTags(text.slice(1, end));
    at = skipSpaces(text, end);
  }
  if (text[at] === ':') {
    const end = endOfWord(text, at + 1);
    source = parseSource(text.slice(at + 1, end));
    at = skipSpaces(text, end);
  }
  const end = endOfWord(text, at);
  const command = text.slice(at, end).toUpperCase();
  if (!/^(?:[A-Z]+|\d{3})$/.test(command)) return null;
  return { tags, source, command, params: parseParams(text, skipSpaces(text, end)) };
}

/** The parameter at an index; what a server left out is empty, so that no reader has to ask twice. */
export function param(line: IrcLine, index: number): string {
  return line.params[index] ?? '';
}

/** The last parameter: the text for people, by custom. */
export function lastParam(line: IrcLine): string {
  return line.params.at(-1) ?? '';
}

function parseParams(text: string, start: number): string[] {
  const params: string[] = [];
  let at = start;
  while (at < text.length && params.length < MAX_PARAMS) {
    if (text[at] === ':') {
      params.push(text.slice(at + 1));
      break;
    }
    const end = endOfWord(text, at);
    params.push(text.slice(at, end));
    at = skipSpaces(text, end);
  }
  return params;
}

/** `nick!user@host`, or a server's name. */
export function parseSource(text: string): Source | null {
  if (text === '') return null;
  const bang = text.indexOf('!');
  const at = text.indexOf('@', Math.max(bang, 0));
  if (bang < 0) {
    if (at < 0) return { nick: text, user: null, host: null };
    return { nick: text.slice(0, at), user: null, host: text.slice(at + 1) };
  }
  const user = text.slice(bang + 1, at < 0 ? undefined : at);
  return { nick: text.slice(0, bang), user, host: at < 0 ? null : text.slice(at + 1) };
}

function parseTags(text: string): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const part of text.split(';', MAX_TAGS)) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    // Of a key that comes twice the last one counts.
    tags.set(
      equals < 0 ? part : part.slice(0, equals),
      equals < 0 ? '' : unescapeTag(part.slice(equals + 1)),
    );
  }
  return tags;
}

const UNESCAPED: Readonly<Record<string, string>> = { ':': ';', s: ' ', '\\': '\\', r: '\r', n: '\n' };

/** message-tags, "Escaping values": an unknown escape is its character, a trailing backslash is nothing. */
function unescapeTag(value: string): string {
  return value.includes('\\')
    ? value.replace(/\\(.?)/gs, (_, character: string) => UNESCAPED[character] ?? character)
    : value;
}

function endOfWord(text: string, from: number): number {
  const end = text.indexOf(' ', from);
  return end < 0 ? text.length : end;
}

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ') at += 1;
  return at;
}
