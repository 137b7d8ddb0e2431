import type { ChannelBinding } from '@natter/wire';
import { Element } from '@xmpp/xml';
import type { Channel, ChannelEvents } from './channel.ts';
import { cleanXml } from './clean-xml.ts';
import { asWireError, streamErrorXml, WireError } from './error.ts';
import type { FrameSocket } from './frame-socket.ts';
import type { WireLimits } from './limits.ts';
import { NS } from './namespaces.ts';
import { StreamParser } from './stream-parser.ts';

const FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
/** Every frame is a document of its own; this stands before each, so that the parser sees the children of one stream. */
const HEADER = `<stream:stream xmlns='${NS.client}' xmlns:stream='${NS.stream}'>`;
/** Frames that wait while nobody reads, whatever their size; past it the link is given up, and a resumption brings them again. */
const MOST_WAITING = 10_000;

/** XML streams over WebSocket (RFC 7395): what browsers have, and what gets through where only the web does. */
export class WebSocketChannel implements Channel {
  readonly #socket: FrameSocket;
  readonly #limits: WireLimits;
  readonly identified: boolean = false; // what a proxy of the web passes on of it nobody can tell
  readonly bindings: readonly ChannelBinding[] = [];
  #events: ChannelEvents | null = null;
  #parser: StreamParser | null = null;
  #complete = 0;
  #stanzaBytes: number;
  #paused = false;
  #waiting: string[] = [];
  #waitingSize = 0;
  #closing: (() => void) | null = null;
  #closeSent = false;
  #ended = false;

  constructor(socket: FrameSocket, limits: WireLimits) {
    this.#socket = socket;
    this.#limits = limits;
    this.#stanzaBytes = limits.stanzaBytesBeforeLogin;
  }

  get secure(): boolean {
    return this.#socket.secure;
  }

  get loopback(): boolean {
    return this.#socket.loopback;
  }

  listen(events: ChannelEvents): void {
    this.#events = events;
    this.#socket.listen({
      text: (frame) => this.#take(frame),
      closed: (why) => this.#end(this.#closeSent ? null : new WireError('disconnected', why)),
    });
  }

  /** RFC 7395 section 3.4. */
  open(attributes: Record<string, string>): void {
    this.#parser = new StreamParser(
      { opened: () => {}, element: (element) => this.#element(element), closed: () => {} },
      this.#stanzaBytes,
      this.#limits,
    );
    this.#parser.write(new TextEncoder().encode(HEADER));
    this.#send(new Element('open', { ...attributes, xmlns: FRAMING, version: '1.0' }).toString());
  }

  send(element: Element): void {
    if (this.#ended || this.#closeSent) throw new WireError('disconnected', 'the stream is closed');
    // Section 3.3.3: what a stream header declares for all, each frame declares for itself.
    const declared = element.attrs['xmlns'] === undefined ? element.attr('xmlns', NS.client) : null;
    this.#send(cleanXml(element.toString()));
    if (declared !== null) delete element.attrs['xmlns'];
  }

  halt(): void {
    this.#parser?.halt();
    this.#parser = null;
  }

  startTls(): Promise<void> {
    return Promise.reject(
      new WireError('protocol', 'a WebSocket is encrypted from the beginning or not at all'),
    );
  }

  trust(): void {
    this.#stanzaBytes = this.#limits.stanzaBytes;
    if (this.#parser !== null) this.#parser.stanzaBytes = this.#stanzaBytes;
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    while (!this.#paused && !this.#ended) {
      const frame = this.#waiting.shift();
      if (frame === undefined) return this.#socket.resume();
      this.#waitingSize -= frame.length;
      this.#read(frame);
    }
  }

  close(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#end(null), this.#limits.closeTime);
      this.#closing = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#sendClose();
      this.resume();
    });
  }

  destroy(error: WireError): void {
    if (this.#ended) return;
    const xml = streamErrorXml(error);
    if (xml !== null) {
      this.#send(xml.replace('<stream:error>', `<stream:error xmlns:stream='${NS.stream}'>`));
      this.#sendClose();
    }
    this.#end(error);
  }

  #take(frame: string): void {
    this.#events?.heard(frame.length);
    if (!this.#paused) return this.#read(frame);
    this.#waiting.push(frame);
    this.#waitingSize += frame.length;
    if (this.#waiting.length > MOST_WAITING || this.#waitingSize > this.#limits.waitingBytes)
      this.destroy(new WireError('disconnected', 'the server sends faster than we can store'));
  }

  #read(frame: string): void {
    try {
      const bytes = new TextEncoder().encode(frame);
      if (bytes.length > this.#stanzaBytes)
        throw new WireError('limit', `a stanza is larger than ${this.#stanzaBytes} bytes`, {
          condition: 'policy-violation',
        });
      const parser = this.#parser;
      this.#complete = 0;
      parser?.write(bytes);
      // Section 3.3.1: a frame is one element, whole. Whoever halts the parser meanwhile looks at nothing more.
      if (parser === this.#parser && parser !== null && this.#complete !== 1)
        throw new WireError('malformed', 'a frame is not one element', { condition: 'bad-format' });
    } catch (error) {
      this.destroy(asWireError(error, 'malformed'));
    }
  }

  #element(element: Element): void {
    this.#complete += 1;
    if (element.is('open', FRAMING)) {
      const attributes = { ...element.attrs, xmlns: NS.client, 'xmlns:stream': NS.stream };
      this.#events?.opened(new Element('stream:stream', attributes));
    } else if (element.is('close', FRAMING)) this.#end(redirection(element));
    else this.#events?.element(element);
  }

  #sendClose(): void {
    if (this.#closeSent) return;
    this.#closeSent = true;
    this.#send(new Element('close', { xmlns: FRAMING }).toString());
  }

  #send(frame: string): void {
    if (!this.#ended) this.#socket.send(frame);
  }

  /** The one way out: whatever happens, the socket is gone and the owner hears it once. */
  #end(error: WireError | null): void {
    if (this.#ended) return;
    if (error === null || error.location !== null) this.#sendClose();
    this.#ended = true;
    this.halt();
    this.#waiting = [];
    this.#socket.destroy();
    this.#closing?.();
    this.#events?.ended(error);
  }
}

/** RFC 7395 section 3.6.1: what closes the stream may say where to go instead. */
function redirection(close: Element): WireError | null {
  const location: unknown = close.attrs['see-other-uri'];
  if (typeof location !== 'string' || location === '') return null;
  return new WireError('stream-error', 'the server sent us elsewhere', {
    condition: 'see-other-host',
    location,
  });
}
