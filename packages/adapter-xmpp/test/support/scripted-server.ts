import { createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Element } from '@xmpp/xml';
import type { IssuedCertificate } from '@natter/testing/tls';
import { DEFAULT_LIMITS } from '../../src/wire/limits.ts';
import { StreamParser } from '../../src/wire/stream-parser.ts';

const TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
const SM = 'urn:xmpp:sm:3';

/** The server's end of one connection, which does what a test says and nothing by itself. */
export class Peer {
  #socket: Socket;
  #parser: StreamParser;
  readonly #elements: Element[] = [];
  #wake: (() => void) | null = null;
  #closed = false;
  /** What our server and the account say that they are, beside their features. */
  identities = '';
  /** Everything the client wrote, as text. */
  heard = '';

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#parser = this.#newParser();
    this.#attach();
  }

  write(data: string | Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(data);
  }
  /** Resolves when the system took it or the client is gone. */
  async flood(chunk: Uint8Array, times: number): Promise<void> {
    for (let time = 0; time < times && !this.#closed; time += 1) {
      if (this.#socket.write(chunk)) continue;
      await new Promise<void>((resolve) => {
        this.#socket.once('drain', resolve);
        this.#socket.once('close', resolve);
      });
    }
  }
  destroy(): void {
    this.#socket.destroy();
  }
  /** SHA-256 of the certificate that the client has shown; undefined for none. */
  get fingerprint(): string | undefined {
    return this.#socket instanceof TLSSocket ? this.#socket.getPeerCertificate().fingerprint256 : undefined;
  }
  get closed(): boolean {
    return this.#closed;
  }
  /** The next element of the client (its stream header first); null once it is gone. */
  async next(): Promise<Element | null> {
    while (this.#elements.length === 0 && !this.#closed)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#elements.shift() ?? null;
  }
  /** Takes elements until one of this name. */
  async take(name: string): Promise<Element> {
    for (;;) {
      const element = await this.next();
      if (element === null)
        throw new Error(`the client left before <${name}/>; it said ${this.heard.slice(-500)}`);
      if (element.getName() === name) return element;
    }
  }
  async gone(): Promise<void> {
    while ((await this.next()) !== null);
  }
  secure(certificate: IssuedCertificate): void {
    this.#socket.removeAllListeners('data');
    this.#socket = new TLSSocket(this.#socket, {
      isServer: true,
      cert: certificate.chain,
      key: certificate.key,
      requestCert: true,
      rejectUnauthorized: false,
    });
    this.#attach();
  }
  /** Answers the header of a new stream. */
  async open(features: string): Promise<void> {
    this.#parser = this.#newParser();
    await this.take('stream');
    this.write(
      `<?xml version='1.0'?><stream:stream from='localhost' id='1' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'><stream:features>${features}</stream:features>`,
    );
  }
  async startTls(certificate: IssuedCertificate): Promise<void> {
    await this.open(`<starttls xmlns='${TLS}'><required/></starttls>`);
    await this.take('starttls');
    this.write(`<proceed xmlns='${TLS}'/>`);
    this.secure(certificate);
  }
  /** STARTTLS, PLAIN, bind; stream management when `managed`. */
  async signIn(certificate: IssuedCertificate, managed = false): Promise<void> {
    await this.authenticate(certificate, managed);
    await this.bind(managed ? 'sm1' : null);
  }
  /** The same up to the features that stand before binding, where a client may ask to resume. */
  async authenticate(certificate: IssuedCertificate, managed = true): Promise<void> {
    await this.startTls(certificate);
    await this.open(`<mechanisms xmlns='${SASL}'><mechanism>PLAIN</mechanism></mechanisms>`);
    await this.take('auth');
    this.write(`<success xmlns='${SASL}'/>`);
    await this.open(`<bind xmlns='${BIND}'/>${managed ? `<sm xmlns='${SM}'/>` : ''}`);
  }
  /** Binds the client to me@localhost/here, and starts a managed session of this name. */
  async bind(session: string | null): Promise<void> {
    const bind = await this.take('iq');
    this.write(
      `<iq type='result' id='${bind.attrs['id']}'><bind xmlns='${BIND}'><jid>me@localhost/here</jid></bind></iq>`,
    );
    if (session === null) return;
    await this.take('enable');
    this.write(`<enabled xmlns='${SM}' id='${session}' resume='true'/>`);
  }
  /** Answers requests as a server with an archive does, until the initial presence. */
  async settle(roster = ''): Promise<void> {
    for (;;) {
      const element = await this.next();
      if (element === null) throw new Error('the client left before its presence');
      if (element.name === 'presence') return;
      if (element.name !== 'iq') continue;
      const asksRoster = element.getChild('query', 'jabber:iq:roster') !== undefined;
      this.answer(element, asksRoster ? `<query xmlns='jabber:iq:roster'>${roster}</query>` : '');
    }
  }
  answer(iq: Element, payload = ''): void {
    const query = iq.getChildElements()[0];
    const namespace = query?.getNS();
    const features = ['urn:xmpp:mam:2', 'urn:xmpp:carbons:2']
      .map((name) => `<feature var='${name}'/>`)
      .join('');
    const content =
      namespace === 'http://jabber.org/protocol/disco#info'
        ? payload || `<query xmlns='${namespace}'>${this.identities}${features}</query>`
        : payload;
    const roster =
      namespace === 'jabber:iq:roster' && payload === '' ? `<query xmlns='jabber:iq:roster'/>` : content;
    const from = iq.attrs['to'] === undefined ? '' : ` from='${iq.attrs['to']}'`;
    this.write(`<iq type='result' id='${iq.attrs['id']}'${from}>${roster}</iq>`);
  }

  #attach(): void {
    this.#socket.setMaxListeners(0); // a flood waits for `close` once a chunk
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => this.#end());
    this.#socket.on('data', (chunk: Buffer) => {
      this.heard += chunk.toString();
      try {
        this.#parser.write(chunk);
      } catch {
        // a TLS hello after <proceed/> is no XML
      }
    });
  }
  #newParser(): StreamParser {
    return new StreamParser(
      { opened: (header) => this.#put(header), element: (element) => this.#put(element), closed: () => {} },
      1024 * 1024,
      DEFAULT_LIMITS,
    );
  }
  #put(element: Element): void {
    this.#elements.push(element);
    // The client's next stream header belongs to a new parser.
    if (element.is('starttls', TLS) || element.is('auth', SASL)) this.#parser = this.#newParser();
    this.#wake?.();
  }
  #end(): void {
    this.#closed = true;
    this.#wake?.();
  }
}

/** A server on a free loopback port that runs one script for each connection, one after the other. */
export interface ScriptedServer {
  readonly port: number;
  /** Every connection so far. */
  readonly peers: readonly Peer[];
  /** What a script threw. */
  readonly failures: readonly unknown[];
  close(): Promise<void>;
}

export async function startScriptedServer(
  ...scripts: readonly ((peer: Peer) => Promise<void>)[]
): Promise<ScriptedServer> {
  const peers: Peer[] = [];
  const failures: unknown[] = [];
  const server: Server = createServer((socket) => {
    const script = scripts[Math.min(peers.length, scripts.length - 1)];
    const peer = new Peer(socket);
    peers.push(peer);
    script?.(peer).catch((error: unknown) => failures.push(error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    peers,
    failures,
    async close() {
      for (const peer of peers) peer.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
