import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { isLoopback, type ChannelBinding } from '@natter/wire';
import { channelBindings, handshake } from '@natter/wire/node';
import { Element } from '@xmpp/xml';
import type { Channel, ChannelEvents, LinkTrust } from '../channel.ts';
import { cleanXml } from '../clean-xml.ts';
import { asWireError, streamErrorXml, WireError } from '../error.ts';
import type { WireLimits } from '../limits.ts';
import { NS } from '../namespaces.ts';
import { StreamParser } from '../stream-parser.ts';

const FOOTER = '</stream:stream>';

/** What a TCP channel must know beside its socket. */
export interface TcpChannelOptions {
  readonly domain: string;
  readonly trust: LinkTrust;
  readonly limits: WireLimits;
}

/** XML streams over TCP (RFC 6120 section 4), with direct TLS or STARTTLS. */
export class TcpChannel implements Channel {
  #socket: Socket;
  readonly #options: TcpChannelOptions;
  readonly loopback: boolean;
  #secure = false;
  #bindings: readonly ChannelBinding[] = [];
  #events: ChannelEvents | null = null;
  #parser: StreamParser | null = null;
  #stanzaBytes: number;
  #footerSent = false;
  #upgrading = false;
  #ended = false;
  #onEnded: (() => void) | null = null;

  /** Takes over a connected socket; `secured` is the same one after a direct TLS handshake. */
  constructor(socket: Socket, secured: TLSSocket | null, options: TcpChannelOptions) {
    this.#socket = secured ?? socket;
    this.#options = options;
    this.#stanzaBytes = options.limits.stanzaBytesBeforeLogin;
    this.loopback = isLoopback(socket.remoteAddress ?? '');
    if (secured !== null) this.#secured(secured);
  }

  get secure(): boolean {
    return this.#secure;
  }

  get identified(): boolean {
    return this.#secure && this.#options.trust.client !== null;
  }

  get bindings(): readonly ChannelBinding[] {
    return this.#bindings;
  }

  listen(events: ChannelEvents): void {
    this.#events = events;
    this.#attach();
  }

  open(attributes: Record<string, string>): void {
    this.#parser = new StreamParser(
      {
        opened: (header) => this.#events?.opened(header),
        element: (element) => this.#events?.element(element),
        closed: () => this.#end(null),
      },
      this.#stanzaBytes,
      this.#options.limits,
    );
    const header = new Element('stream:stream', {
      ...attributes,
      version: '1.0',
      xmlns: NS.client,
      'xmlns:stream': NS.stream,
    });
    this.#write(`<?xml version='1.0'?>${header.toString().slice(0, -2)}>`);
  }

  send(element: Element): void {
    if (this.#ended || this.#footerSent) throw new WireError('disconnected', 'the stream is closed');
    this.#write(cleanXml(element.toString()));
  }

  halt(): void {
    this.#parser?.halt();
    this.#parser = null;
  }

  async startTls(signal: AbortSignal): Promise<void> {
    const { domain, trust, limits } = this.#options;
    const plain = this.#socket;
    this.#upgrading = true;
    this.#detach();
    plain.pause();
    try {
      const secured = await handshake(plain, {
        name: domain,
        trust,
        client: trust.client,
        protocols: [],
        time: limits.handshakeTime,
        signal,
      });
      this.#upgrading = false;
      this.#socket = secured;
      this.#secured(secured);
      this.#attach();
    } catch (error) {
      this.#upgrading = false;
      const failure = asWireError(error, 'tls-failed');
      this.#end(failure);
      throw failure;
    }
  }

  trust(): void {
    this.#stanzaBytes = this.#options.limits.stanzaBytes;
    if (this.#parser !== null) this.#parser.stanzaBytes = this.#stanzaBytes;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#ended && !this.#upgrading) this.#socket.resume();
  }

  close(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#end(null), this.#options.limits.closeTime);
      this.#onEnded = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#writeFooter('');
      this.resume();
    });
  }

  destroy(error: WireError): void {
    if (this.#ended) return;
    if (!this.#upgrading) this.#writeFooter(streamErrorXml(error));
    this.#end(error);
  }

  #secured(socket: TLSSocket): void {
    this.#secure = true;
    this.#bindings = channelBindings(socket);
  }

  #attach(): void {
    this.#socket.setNoDelay(true);
    this.#socket.on('data', this.#onData).on('error', this.#onError).on('close', this.#onClose);
    // It may have broken while nobody listened; its 'close' is over then.
    if (this.#socket.closed) setImmediate(this.#onClose);
    this.#socket.resume();
  }

  #detach(): void {
    this.#socket.off('data', this.#onData).off('error', this.#onError).off('close', this.#onClose);
  }

  readonly #onData = (chunk: Uint8Array): void => {
    try {
      this.#events?.heard(chunk.length);
      this.#parser?.write(chunk);
    } catch (error) {
      this.destroy(asWireError(error, 'malformed'));
    }
  };

  readonly #onError = (error: Error): void => {
    this.#end(new WireError('disconnected', `the connection broke: ${error.message}`, { cause: error }));
  };

  readonly #onClose = (): void => {
    this.#end(this.#footerSent ? null : new WireError('disconnected', 'the server closed the connection'));
  };

  #writeFooter(before: string | null): void {
    if (this.#footerSent || before === null) return;
    this.#footerSent = true;
    this.#write(before + FOOTER);
  }

  #write(text: string): void {
    if (!this.#ended && this.#socket.writable) this.#socket.write(text);
  }

  /** The one way out: whatever happens, the socket is gone and the owner hears it once. */
  #end(error: WireError | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.halt();
    this.#detach();
    this.#socket.on('error', () => {}); // a reset after we have let go concerns nobody
    if (error === null) this.#writeFooter('');
    // The last words are flushed by `end`; a peer that does not read them is cut off by `destroySoon`'s own destroy.
    this.#socket.destroySoon();
    setImmediate(() => this.#socket.destroy());
    this.#onEnded?.();
    this.#events?.ended(error);
  }
}
