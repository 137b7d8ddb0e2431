import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { chooseSubprotocol, subprotocols } from '@natter/native-protocol';
import type { WireError } from '@natter/native-protocol';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { PassCrashPoint } from '../crash-points.ts';
import { isTransfer, transfer } from '../files/transfer.ts';
import { returnTime } from '../lifecycle.ts';
import type { Services } from '../services.ts';
import { Dispatcher } from '../session/dispatcher.ts';
import { Session } from '../session/session.ts';
import type { Certificate } from './certificate.ts';
import type { ClientAddress, IsProxy } from './client-address.ts';
import { Connection } from './connection.ts';
import { Flusher } from './flusher.ts';
import { cannotListen } from './free-port.ts';
import { Handshakes } from './handshakes.ts';
import { answerHealth } from './health.ts';
import { hardenedServer, useCertificate } from './http-server.ts';

/** Where and how to listen. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: Certificate | null;
  readonly isProxy: IsProxy;
  readonly clientAddress: ClientAddress;
  readonly pass: PassCrashPoint;
}

/** How long clients have to answer that the server closes. Milliseconds. */
const closePatience = 500;
/** How long a request that is under way may hold a session that is to go. Milliseconds. */
const answerPatience = 1_000;

/** Accepts connections, and makes each a session. */
export class Listener {
  readonly #services: Services;
  readonly #options: ListenOptions;
  readonly #server: Server;
  readonly #webSockets: WebSocketServer;
  readonly #flusher = new Flusher();
  readonly #handshakes: Handshakes;
  readonly #dispatchers = new Map<Session, { dispatcher: Dispatcher; webSocket: WebSocket }>();
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(services: Services, options: ListenOptions) {
    this.#services = services;
    this.#options = options;
    this.#handshakes = new Handshakes(services.settings.visitors, options.isProxy);
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      this.#handshakes.done(request.socket);
      if (isTransfer(request)) return transfer(services, request, response);
      if (answerHealth(services, request, response)) return;
      // Whatever else it may be sending is not read.
      response.setHeader('connection', 'close');
      response.writeHead(426, { 'content-type': 'text/plain; charset=utf-8', upgrade: 'websocket' });
      response.end(
        `This is a natter server: connect by WebSocket with the subprotocol ${subprotocols.join(' or ')}.\n`,
      );
    };
    this.#server = hardenedServer(options.tls, services.settings.visitors.timeout, answer);
    this.#webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      // The codec refuses with a reason at `frameBytes`; this bound is for what is too large to be read at all.
      maxPayload: services.settings.limits.frameBytes * 2,
      handleProtocols: (offered) => chooseSubprotocol(offered) ?? false,
    });
    this.#server.on('connection', (socket) => this.#connected(socket));
    this.#server.on('upgrade', (request, socket, head) => {
      this.#handshakes.done(request.socket);
      this.#upgrade(request, socket, head);
    });
  }

  /** Resolves with the port. @throws StartError */
  async listen(): Promise<number> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => reject(cannotListen(host, port, error)));
      this.#server.listen(port, host, resolve);
    });
    // A connection that cannot be accepted, for want of a descriptor, must not end the others.
    this.#server.on('error', ({ message }) =>
      this.#services.log({ level: 'warn', event: 'not-accepted', error: message }),
    );
    const { heartbeat, visitors } = this.#services.settings;
    this.#timers.push(
      setInterval(() => this.#beat(), heartbeat),
      setInterval(() => this.#expireVisitors(), Math.min(1000, visitors.timeout)),
    );
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** New connections get this certificate. */
  useCertificate(certificate: Certificate): void {
    useCertificate(this.#server, certificate);
  }

  /**
   * Sends everybody elsewhere within a time, evenly: what a client has asked is answered first. New connections are
   * refused meanwhile. Ends early when everybody has gone.
   */
  async drain(within: number): Promise<void> {
    const { sessions, lifecycle } = this.#services;
    lifecycle.drain();
    const leaving = [...this.#dispatchers].filter(([session]) => sessions.all.has(session));
    const start = performance.now();
    const ends: Promise<void>[] = [];
    for (const [index, [session, { dispatcher }]] of leaving.entries()) {
      const wait = start + (Math.min(within, leaving.length) * index) / leaving.length - performance.now();
      if (wait >= 1) await sleep(wait);
      const farewell = this.#farewell(leaving.length);
      ends.push(dispatcher.finish(answerPatience).then(() => session.end(farewell)));
    }
    await Promise.all(ends);
  }

  /** Ends all sessions and stops listening. */
  async close(): Promise<void> {
    this.#services.lifecycle.drain();
    for (const timer of this.#timers) clearInterval(timer);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const { all } = this.#services.sessions;
    for (const session of all) session.end(this.#farewell(all.size));
    this.#server.closeIdleConnections();
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, closePatience).unref())]);
    for (const { webSocket } of this.#dispatchers.values()) webSocket.terminate();
    this.#server.closeAllConnections();
    await closed;
  }

  #farewell(clients: number): WireError {
    return {
      code: 'going-away',
      message: 'The server is shutting down.',
      retryAfter: returnTime(clients),
    };
  }

  #connected(socket: Socket): void {
    if (this.#handshakes.begin(socket)) return;
    this.#services.tally.refusedConnections += 1;
    socket.destroy();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const remoteAddress = this.#options.clientAddress(request);
    const { sessions, settings, lifecycle, signInLimits } = this.#services;
    if (lifecycle.draining)
      return this.#refuse(socket, '503 Service Unavailable', 'The server is shutting down.', 5);
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    if (chooseSubprotocol(offered) === null)
      return this.#refuse(socket, '400 Bad Request', `Offer the subprotocol ${subprotocols.join(' or ')}.`);
    if (
      sessions.visitorCount >= settings.visitors.total ||
      sessions.visitorsOf(remoteAddress) >= settings.visitors.perAddress
    ) {
      return this.#refuse(socket, '503 Service Unavailable', 'Too many connections that have not signed in.');
    }
    if (signInLimits.visit(remoteAddress) > 0)
      return this.#refuse(socket, '503 Service Unavailable', 'Too many connections without a sign-in.', 1);
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) =>
      this.#accept(webSocket, socket, remoteAddress),
    );
  }

  #accept(webSocket: WebSocket, socket: Duplex, remoteAddress: string): void {
    const { settings, log, tally } = this.#services;
    const connection = new Connection({
      webSocket,
      socket,
      remoteAddress,
      flusher: this.#flusher,
      pass: this.#options.pass,
      tally,
      mostBacklog: settings.readerBacklog,
    });
    const session = new Session(connection, this.#services);
    const dispatcher = new Dispatcher(session);
    this.#dispatchers.set(session, { dispatcher, webSocket });
    connection.onDrained = () => {
      dispatcher.drained();
      session.drained();
    };
    webSocket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) dispatcher.fault({ code: 'malformed', message: 'Frames are text.' });
      else dispatcher.receive(data.toString('utf8'));
    });
    webSocket.on('pong', () => {
      dispatcher.alive = true;
    });
    // Broken framing, or a frame past maxPayload: ws has sent the close code already.
    webSocket.on('error', (error) =>
      log({ level: 'debug', event: 'connection-error', from: remoteAddress, error: error.message }),
    );
    webSocket.on('close', (code) => {
      this.#dispatchers.delete(session);
      session.closed(code === 1000 || code === 1001);
    });
  }

  /** Cuts who has been silent since the last beat although asked, and asks the others. */
  #beat(): void {
    for (const [session, { dispatcher, webSocket }] of this.#dispatchers) {
      if (!dispatcher.alive) {
        session.connection.terminate();
        continue;
      }
      dispatcher.alive = false;
      webSocket.ping();
      session.check();
    }
  }

  #expireVisitors(): void {
    const oldest = this.#services.clock() - this.#services.settings.visitors.timeout;
    for (const session of this.#dispatchers.keys()) {
      if (session.member === null && session.since <= oldest)
        session.end({ code: 'not-signed-in', message: 'No sign-in in time.' });
    }
  }

  #refuse(socket: Duplex, status: string, text: string, retryAfter?: number): void {
    this.#services.tally.refusedConnections += 1;
    const retry = retryAfter === undefined ? '' : `Retry-After: ${retryAfter}\r\n`;
    socket.end(
      `HTTP/1.1 ${status}\r\n${retry}Content-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
    );
  }
}
