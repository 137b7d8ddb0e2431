import { Element } from '@xmpp/xml';
import { WireError } from './error.ts';
import type { WireLimits } from './limits.ts';
import type { Tag } from './xml-tag.ts';
import { malformed } from './xml-text.ts';
import { XmlTokenizer } from './xml-tokenizer.ts';

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
  readonly #tokenizer = new XmlTokenizer({
    open: (tag) => this.#open(tag),
    close: (name) => this.#close(name),
    text: (text) => this.#text(text),
    space: () => this.#space(),
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
  }

  /** Stops at once, in the middle of a chunk too: nothing after this call is looked at. */
  halt(): void {
    this.#dead = true;
    this.#tokenizer.stop();
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
      this.#tokenizer.write(this.#decode(slice));
    } catch (error) {
      // A second offence in the same chunk finds nobody listening: the parser is dead from the first on.
      this.halt();
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

  #count(nodes: number): void {
    this.#nodes += nodes;
    if (this.#nodes > this.#limits.stanzaNodes) {
      throw new WireError('limit', `a stanza has more nodes than ${this.#limits.stanzaNodes}`, {
        condition: 'policy-violation',
      });
    }
  }

  #open({ name, attributes, count }: Tag): void {
    this.#count(2 + count);
    this.#depth += 1;
    if (this.#depth > this.#limits.depth) {
      throw new WireError('limit', `a stanza is nested deeper than ${this.#limits.depth}`, {
        condition: 'policy-violation',
      });
    }
    const element = new Element(name, attributes);
    if (this.#header === null || this.#cursor === null) {
      this.#header = element;
      this.#cursor = element;
      this.#reset();
      return this.#events.opened(element);
    }
    // At depth 2 the element gets its parent, but the header does not get the child: the stream is never collected.
    if (this.#cursor === this.#header) element.parent = this.#header;
    else this.#cursor.append(element);
    this.#cursor = element;
  }

  #text(text: string): void {
    this.#count(1);
    this.#cursor?.t(text);
  }

  #space(): void {
    if (this.#header !== null) this.#bytes = 0;
  }

  #close(name: string): void {
    this.#depth -= 1;
    const element = this.#cursor;
    if (element?.name !== name) throw malformed('an end tag of something else');
    if (element === this.#header) {
      this.halt();
      return this.#events.closed();
    }
    this.#cursor = element.parent;
    if (this.#cursor !== this.#header) return;
    this.#reset();
    this.#events.element(element);
  }

  #reset(): void {
    this.#bytes = 0;
    this.#nodes = 0;
  }
}
