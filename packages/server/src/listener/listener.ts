import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { chooseSubprotocol, subprotocols } from '@natter/native-protocol';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { PassCrashPoint } from '../crash-points.ts';
import { isTransfer, transfer } from '../files/transfer.ts';
import type { Services } from '../services.ts';
import { Dispatcher } from '../session/dispatcher.ts';
import { Session } from '../session/session.ts';
import { StartError } from '../start-error.ts';
import { Connection } from './connection.ts';
import { Flusher } from './flusher.ts';
import { answerHealth } from './health.ts';

/** Where and how to listen. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly certificate: string; readonly key: string } | null;
  readonly pass: PassCrashPoint;
}

/** How long clients have to answer that the server closes. Milliseconds. */
const closePatience = 500;

/** Accepts connections, and makes each a session. */
export class Listener {
  readonly #services: Services;
  readonly #options: ListenOptions;
  readonly #server: Server;
  readonly #webSockets: WebSocketServer;
  readonly #flusher = new Flusher();
  readonly #dispatchers = new Map<Session, { dispatcher: Dispatcher; webSocket: WebSocket }>();
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(services: Services, options: ListenOptions) {
    this.#services = services;
    this.#options = options;
    const { tls } = options;
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      if (isTransfer(request)) return transfer(services, request, response);
      if (answerHealth(services, request, response)) return;
      // Whatever else it may be sending is not read.
      response.setHeader('connection', 'close');
      response.writeHead(426, { 'content-type': 'text/plain; charset=utf-8', upgrade: 'websocket' });
      response.end(
        `This is a natter server: connect by WebSocket with the subprotocol ${subprotocols.join(' or ')}.\n`,
      );
    };
    const { timeout } = services.settings.visitors;
    const http = {
      headersTimeout: timeout,
      // A file may take long; a transfer that stands still is ended by itself.
      requestTimeout: 0,
      connectionsCheckingInterval: Math.min(timeout, 1000),
    };
    this.#server =
      tls === null
        ? createHttpServer(http, answer)
        : createHttpsServer(
            {
              ...http,
              cert: tls.certificate,
              key: tls.key,
              minVersion: 'TLSv1.2',
              handshakeTimeout: timeout,
            },
            answer,
          );
    this.#server.maxHeadersCount = 50;
    this.#webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      // The codec refuses with a reason at `frameBytes`; this bound is for what is too large to be read at all.
      maxPayload: services.settings.limits.frameBytes * 2,
      handleProtocols: (offered) => chooseSubprotocol(offered) ?? false,
    });
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Resolves with the port. @throws StartError */
  async listen(): Promise<number> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) =>
        reject(
          new StartError('listen', `cannot listen on ${host}:${port}: ${error.message}`, { cause: error }),
        ),
      );
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

  /** Ends all sessions and stops listening. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const session of this.#services.sessions.all) {
      session.end({ code: 'going-away', message: 'The server is shutting down.', retryAfter: 1000 });
    }
    this.#server.closeIdleConnections();
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, closePatience).unref())]);
    for (const { webSocket } of this.#dispatchers.values()) webSocket.terminate();
    this.#server.closeAllConnections();
    await closed;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const remoteAddress = request.socket.remoteAddress ?? 'unknown';
    const { sessions, settings } = this.#services;
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    if (chooseSubprotocol(offered) === null)
      return refuse(socket, '400 Bad Request', `Offer the subprotocol ${subprotocols.join(' or ')}.`);
    if (
      sessions.visitorCount >= settings.visitors.total ||
      sessions.visitorsOf(remoteAddress) >= settings.visitors.perAddress
    ) {
      return refuse(socket, '503 Service Unavailable', 'Too many connections that have not signed in.');
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) =>
      this.#accept(webSocket, socket, remoteAddress),
    );
  }

  #accept(webSocket: WebSocket, socket: Duplex, remoteAddress: string): void {
    const { settings, log } = this.#services;
    const connection = new Connection({
      webSocket,
      socket,
      remoteAddress,
      flusher: this.#flusher,
      pass: this.#options.pass,
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
}

function refuse(socket: Duplex, status: string, text: string): void {
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
}
