import { WireError } from './error.ts';
import { NamespaceScopes } from './xml-namespaces.ts';
import { readEndTag, readTag, type Tag } from './xml-tag.ts';
import { decodeCdata, decodeText, malformed } from './xml-text.ts';

/** What a tokenizer finds, in the order in which it stands in the text. */
export interface XmlEvents {
  open(tag: Tag): void;
  close(name: string): void;
  /** Text inside of a stanza, its references resolved. */
  text(text: string): void;
  /** Space between stanzas, such as the keepalive of RFC 6120 section 4.6.1. */
  space(): void;
}

/** Characters of one tag: what is long stands between tags. */
const MOST_TAG = 256 * 1024;
const CDATA = '<![CDATA[';
const DECLARATION =
  /^<\?xml[\t\n\r ]+version[\t\n\r ]*=[\t\n\r ]*(?:'1\.\d'|"1\.\d")(?:[\t\n\r ]+encoding[\t\n\r ]*=[\t\n\r ]*(?:'([\w.-]+)'|"([\w.-]+)"))?(?:[\t\n\r ]+standalone[\t\n\r ]*=[\t\n\r ]*(?:'(?:yes|no)'|"(?:yes|no)"))?[\t\n\r ]*\?>$/;

type Markup = 'tag' | 'cdata' | 'instruction';

/**
 * Cuts the XML that RFC 6120 section 11 allows into tags and text: well-formed, every prefix bound, no DTD, no processing instruction,
 * no comment, no entity but the five predefined. The text may come in pieces of any size: each character is looked at once, and what
 * is cut waits in its pieces. Throws WireError on the first offence.
 */
export class XmlTokenizer {
  readonly #events: XmlEvents;
  readonly #scopes = new NamespaceScopes();
  /** What began in an earlier piece and goes on. */
  #pieces: string[] = [];
  #length = 0;
  /** The end of it: what it is looked for may be cut as well. */
  #tail = '';
  /** A few characters that do not tell yet what they begin. */
  #undecided = '';
  #markup: Markup | null = null;
  /** The quote in which the tag is that goes on. */
  #quote = '';
  #inMarkup = false;
  #begun = false;
  #stopped = false;
  #depth = 0;

  constructor(events: XmlEvents) {
    this.#events = events;
  }

  /** Looks at nothing more, not even at the rest of the piece. */
  stop(): void {
    this.#stopped = true;
  }

  write(piece: string): void {
    const text = this.#undecided + piece;
    this.#undecided = '';
    for (let at = 0; at < text.length && !this.#stopped;)
      at = this.#inMarkup ? this.#takeMarkup(text, at) : this.#takeText(text, at);
  }

  /** Gives where to go on. */
  #takeText(text: string, at: number): number {
    const next = text.indexOf('<', at);
    const end = next < 0 ? text.length : next;
    this.#inMarkup = next >= 0;
    if (this.#depth <= 1) this.#takeSpace(text, at, end);
    else if (next < 0) this.#pieces.push(text.slice(at));
    else {
      const whole = this.#join(text.slice(at, end));
      if (whole !== '') this.#events.text(decodeText(whole));
    }
    return end;
  }

  /** Outside of stanzas is nothing else. */
  #takeSpace(text: string, at: number, end: number): void {
    if (at === end) return;
    this.#begun = true;
    if (/[^\t\n\r ]/.test(text.slice(at, end))) throw malformed('text outside of a stanza');
    this.#events.space();
  }

  #takeMarkup(text: string, at: number): number {
    this.#markup ??= whatBegins(text, at);
    if (this.#markup === null) {
      this.#undecided = text.slice(at);
      return text.length;
    }
    const end = this.#endOf(this.#markup, text, at);
    const piece = text.slice(at, end < 0 ? text.length : end);
    this.#length += piece.length;
    if (this.#markup !== 'cdata' && this.#length > MOST_TAG)
      throw new WireError('limit', `a tag is longer than ${MOST_TAG} characters`, {
        condition: 'policy-violation',
      });
    if (end < 0) {
      this.#pieces.push(piece);
      this.#tail = (this.#tail + piece).slice(-2);
      return text.length;
    }
    const kind = this.#markup;
    this.#markup = null;
    this.#inMarkup = false;
    this.#length = 0;
    this.#tail = '';
    this.#finish(kind, this.#join(piece));
    this.#begun = true;
    return end;
  }

  /** Where the markup ends, or -1 if it goes on in the next piece. */
  #endOf(kind: Markup, text: string, at: number): number {
    if (kind === 'tag') return this.#endOfTag(text, at);
    const mark = kind === 'cdata' ? ']]>' : '?>';
    const found = (this.#tail + text.slice(at)).indexOf(mark);
    return found < 0 ? -1 : at + found - this.#tail.length + mark.length;
  }

  #endOfTag(text: string, from: number): number {
    for (let at = from; at < text.length;) {
      if (this.#quote !== '') {
        const end = text.indexOf(this.#quote, at);
        if (end < 0) return -1;
        this.#quote = '';
        at = end + 1;
        continue;
      }
      const code = text.charCodeAt(at);
      at += 1;
      if (code === 0x3e) return at;
      if (code === 0x22 || code === 0x27) this.#quote = code === 0x22 ? '"' : "'";
    }
    return -1;
  }

  #finish(kind: Markup, markup: string): void {
    if (kind === 'instruction') return this.#declare(markup);
    if (kind === 'cdata') {
      if (this.#depth <= 1) throw malformed('text outside of a stanza');
      return this.#events.text(decodeCdata(markup.slice(CDATA.length, -']]>'.length)));
    }
    if (markup.charCodeAt(1) === 0x2f) return this.#close(readEndTag(markup));
    const tag = readTag(markup);
    this.#scopes.open(tag.name, tag.attributes);
    this.#depth += 1;
    this.#events.open(tag);
    if (tag.empty && !this.#stopped) this.#close(tag.name);
  }

  #close(name: string): void {
    this.#scopes.close();
    this.#depth -= 1;
    this.#events.close(name);
  }

  /** An XML declaration may stand at the very beginning, and no other instruction anywhere. */
  #declare(markup: string): void {
    if (!/^<\?xml[\t\n\r ?]/.test(markup)) throw restricted('a processing instruction');
    const declaration = DECLARATION.exec(markup);
    if (this.#begun || declaration === null) throw malformed('an XML declaration that is none');
    const encoding = declaration[1] ?? declaration[2] ?? 'utf-8';
    if (encoding.toLowerCase() !== 'utf-8')
      throw new WireError('malformed', 'the stream is not UTF-8', { condition: 'unsupported-encoding' });
  }

  #join(last: string): string {
    if (this.#pieces.length === 0) return last;
    this.#pieces.push(last);
    const whole = this.#pieces.join('');
    this.#pieces = [];
    return whole;
  }
}

/** What begins at a `<`; null if more must come to tell. Throws WireError for what no stream may contain. */
function whatBegins(text: string, at: number): Markup | null {
  const second = text.charCodeAt(at + 1);
  if (Number.isNaN(second)) return null;
  if (second === 0x3f) return 'instruction';
  if (second !== 0x21) return 'tag';
  if (text.startsWith(CDATA, at)) return 'cdata';
  const begin = text.slice(at, at + CDATA.length);
  if (CDATA.startsWith(begin)) return null;
  throw begin.startsWith('<!-') ? restricted('a comment') : restricted('a document type definition');
}

function restricted(what: string): WireError {
  return new WireError('malformed', `${what} is not allowed in a stream`, { condition: 'restricted-xml' });
}
