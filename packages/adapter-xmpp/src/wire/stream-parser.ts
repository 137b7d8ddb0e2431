import { Element } from '@xmpp/xml';
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { WireError } from './error.ts';
import type { WireLimits } from './limits.ts';

/** What a stream parser finds, in the order in which it stands in the stream. */
export interface StreamParserEvents {
  /** The stream header. */
  opened(header: Element): void;
  /** One complete child of the stream; its `parent` is the header, so that namespaces resolve. */
  element(element: Element): void;
  /** The closing tag of the stream. */
  closed(): void;
}

/** How much of a chunk is parsed between two looks at the size of the open stanza. */
const SLICE = 16 * 1024;

/**
 * Strict parser of one XML stream (RFC 6120 section 11): UTF-8, XML 1.0, no DTD, no processing instruction, no comment,
 * no entity but the five predefined, every prefix bound. It is fed bytes, so that its limits stand below the parsing
 * and a character that is cut by a chunk border is whole again.
 *
 * `write` throws WireError on the first offence; after that, and after `halt`, the parser ignores everything.
 */
export class StreamParser {
  readonly #events: StreamParserEvents;
  readonly #limits: Pick<WireLimits, 'stanzaNodes' | 'depth'>;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #saxes = new SaxesParser({
    xmlns: true,
    position: false,
    defaultXMLVersion: '1.0',
    forceXMLVersion: true,
  });
  #header: Element | null = null;
  #cursor: Element | null = null;
  #depth = 0;
  #nodes = 0;
  #bytes = 0;
  #dead = false;
  /** Largest stanza in bytes; raised by the owner after sign-in. */
  stanzaBytes: number;

  constructor(
    events: StreamParserEvents,
    stanzaBytes: number,
    limits: Pick<WireLimits, 'stanzaNodes' | 'depth'>,
  ) {
    this.#events = events;
    this.stanzaBytes = stanzaBytes;
    this.#limits = limits;
    const saxes = this.#saxes;
    saxes.on('error', (error) => {
      throw new WireError('malformed', `not well-formed: ${error.message}`, { condition: 'not-well-formed' });
    });
    saxes.on('xmldecl', ({ encoding }) => {
      if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') {
        throw new WireError('malformed', 'the stream is not UTF-8', { condition: 'unsupported-encoding' });
      }
    });
    saxes.on('doctype', () => this.#restricted('a document type definition'));
    saxes.on('processinginstruction', () => this.#restricted('a processing instruction'));
    saxes.on('comment', () => this.#restricted('a comment'));
    saxes.on('attribute', () => this.#count());
    saxes.on('opentag', (tag) => this.#open(tag));
    saxes.on('text', (text) => this.#text(text));
    saxes.on('cdata', (text) => this.#text(text));
    saxes.on('closetag', () => this.#close());
  }

  /** Stops at once, in the middle of a chunk too: nothing after this call is looked at. */
  halt(): void {
    this.#dead = true;
  }

  /** Parses the next bytes and reports synchronously what they complete. Throws WireError. */
  write(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && !this.#dead; at += SLICE) {
      const slice = chunk.subarray(at, at + SLICE);
      this.#bytes += slice.length;
      if (this.#bytes > this.stanzaBytes + SLICE) {
        this.#dead = true;
        throw new WireError('limit', `a stanza is larger than ${this.stanzaBytes} bytes`, {
          condition: 'policy-violation',
        });
      }
      this.#parse(slice);
    }
  }

  #parse(slice: Uint8Array): void {
    try {
      this.#saxes.write(this.#decode(slice));
    } catch (error) {
      if (error === HALTED) return;
      // A second offence in the same chunk finds nobody listening: the parser is dead from the first on.
      this.#dead = true;
      throw error;
    }
  }

  #decode(slice: Uint8Array): string {
    try {
      return this.#decoder.decode(slice, { stream: true });
    } catch {
      throw new WireError('malformed', 'the stream is not valid UTF-8', { condition: 'not-well-formed' });
    }
  }

  #restricted(what: string): never {
    throw new WireError('malformed', `${what} is not allowed in a stream`, { condition: 'restricted-xml' });
  }

  #count(): void {
    this.#nodes += 1;
    if (this.#nodes > this.#limits.stanzaNodes) {
      throw new WireError('limit', `a stanza has more than ${this.#limits.stanzaNodes} nodes`, {
        condition: 'policy-violation',
      });
    }
  }

  #open(tag: SaxesTagNS): void {
    this.#count();
    this.#depth += 1;
    if (this.#depth > this.#limits.depth) {
      throw new WireError('limit', `a stanza is nested deeper than ${this.#limits.depth}`, {
        condition: 'policy-violation',
      });
    }
    const attributes: Record<string, string> = {};
    for (const { name, value } of Object.values(tag.attributes)) attributes[name] = value;
    const element = new Element(tag.name, attributes);
    if (this.#header === null || this.#cursor === null) {
      this.#header = element;
      this.#cursor = element;
      this.#reset();
      this.#events.opened(element);
      this.#checkHalted();
      return;
    }
    // At depth 2 the element gets its parent, but the header does not get the child: the stream is never collected.
    if (this.#cursor === this.#header) element.parent = this.#header;
    else this.#cursor.append(element);
    this.#cursor = element;
  }

  #text(text: string): void {
    // Whitespace between stanzas is the keepalive of RFC 6120 section 4.6.1.
    if (this.#cursor === null || this.#cursor === this.#header) {
      if (/[^\t\n\r ]/.test(text)) {
        throw new WireError('malformed', 'text outside of a stanza', { condition: 'not-well-formed' });
      }
      this.#bytes = 0;
      return;
    }
    this.#count();
    this.#cursor.t(text);
  }

  #close(): void {
    this.#depth -= 1;
    const element = this.#cursor;
    if (element === null || element === this.#header) {
      this.#dead = true;
      this.#events.closed();
      throw HALTED;
    }
    this.#cursor = element.parent;
    if (this.#cursor !== this.#header) return;
    this.#reset();
    this.#events.element(element);
    this.#checkHalted();
  }

  #reset(): void {
    this.#bytes = 0;
    this.#nodes = 0;
  }

  #checkHalted(): void {
    if (this.#dead) throw HALTED;
  }
}

/** Thrown through saxes, which knows no other way to stop in the middle of a chunk. */
const HALTED: Error = new Error('halted');
