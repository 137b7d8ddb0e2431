import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  decodeClientFrame,
  defaultLimits,
  subprotocol,
  type ClientFrame,
  type Requests,
  type ServerFrame,
  type UpdatePage,
  type Welcome,
} from '@natter/native-protocol';
import { WebSocketServer, type WebSocket } from 'ws';

/** What a script answers to a request: a result, an error, or nothing at all. */
export type Answers = {
  [T in keyof Requests]?: (frame: Requests[T]['frame'], link: ScriptedLink) => unknown;
};

/** One connection of a client to a {@link ScriptedServer}. */
export class ScriptedLink {
  readonly received: ClientFrame[] = [];
  readonly socket: WebSocket;

  constructor(socket: WebSocket) {
    this.socket = socket;
  }

  push(frame: ServerFrame): void {
    this.raw(JSON.stringify(frame));
  }

  raw(text: string): void {
    this.socket.send(text);
  }
}

export const welcome: Welcome = {
  server: 'test.example',
  software: 'script',
  registration: 'open',
  limits: defaultLimits,
  heartbeat: 30_000,
  signInTimeout: 15_000,
  time: 1,
  features: [],
};

export const signedIn = {
  address: 'alice@test.example',
  name: 'Alice',
  device: 'd1',
  token: 'token-2',
  cursor: 0,
  head: 0,
};

/** No answer: the client waits. */
export const silence: unique symbol = Symbol('silence');

/** A server that speaks the native protocol by a script, to do what the real one never does. */
export class ScriptedServer {
  readonly links: ScriptedLink[] = [];
  readonly #http: Server;
  readonly #answers: Answers;

  constructor(answers: Answers = {}, tls?: { key: string; cert: string }) {
    this.#answers = { ...peaceful, ...answers };
    this.#http = tls === undefined ? createServer() : createSecureServer(tls);
    const sockets = new WebSocketServer({ server: this.#http, handleProtocols: () => subprotocol });
    sockets.on('connection', (socket) => this.#connected(new ScriptedLink(socket)));
  }

  static async start(answers: Answers = {}, tls?: { key: string; cert: string }): Promise<ScriptedServer> {
    const server = new ScriptedServer(answers, tls);
    server.#http.listen(0, '127.0.0.1');
    await once(server.#http, 'listening');
    return server;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  get link(): ScriptedLink {
    const link = this.links.at(-1);
    if (link === undefined) throw new Error('nobody has connected');
    return link;
  }

  /** How many sockets clients hold open. */
  async openSockets(): Promise<number> {
    return new Promise((resolve, reject) =>
      this.#http.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  }

  async stop(): Promise<void> {
    for (const { socket } of this.links) socket.terminate();
    this.#http.close();
    this.#http.closeAllConnections();
    await once(this.#http, 'close');
  }

  #connected(link: ScriptedLink): void {
    this.links.push(link);
    link.socket.on('error', () => {});
    link.socket.on('message', (data) => {
      const decoded = decodeClientFrame(Buffer.isBuffer(data) ? data.toString() : '');
      if (!decoded.ok) throw new Error(`the client sent a bad frame: ${decoded.error.message}`);
      const { frame } = decoded;
      link.received.push(frame);
      if ('id' in frame) this.#answer(frame.type, frame.id, frame, link);
    });
  }

  #answer(type: keyof Requests, id: number, frame: ClientFrame, link: ScriptedLink): void {
    const answer = this.#answers[type] as ((frame: ClientFrame, link: ScriptedLink) => unknown) | undefined;
    const result = answer?.(frame, link);
    if (result === silence || link.socket.readyState !== link.socket.OPEN) return;
    if (result === undefined)
      link.push({ type: 'error', id, error: { code: 'unknown-type', message: 'not in the script' } });
    else if (typeof result === 'object' && result !== null && 'code' in result) {
      link.raw(JSON.stringify({ type: 'error', id, error: { message: 'no', ...result } }));
    } else link.push({ type: 'reply', id, result });
  }
}

/** The end of a log that nothing was added to. */
export function emptyPage(after: number): UpdatePage {
  return { updates: [], cursor: after, head: after, more: false };
}

const done = { done: true };
/** What is answered when a script does not say otherwise: an account on which nothing has happened. */
export const peaceful: Answers = {
  hello: () => welcome,
  ping: () => done,
  resume: () => signedIn,
  'sign-in': () => signedIn,
  register: () => signedIn,
  'sign-out': () => done,
  roster: () => ({ version: 0, full: true, contacts: [], removed: [] }),
  'presence-set': () => done,
  'presence-watch': () => ({ presences: [] }),
  mark: () => done,
  sync: ({ after }) => emptyPage(after),
};
