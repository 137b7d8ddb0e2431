import {
  Agent as PlainAgent,
  request as plainRequest,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TrustPolicy } from '@natter/wire';
import { connectSocket, handshake } from '@natter/wire/node';
import { asWireError, WireError } from '../error.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../http.ts';
import type { WireLimits } from '../limits.ts';

type Connected = (error: Error | null, socket: Duplex) => void;

/**
 * HTTP by Node's own client over connections of our own: each is verified before it is handed out, so that no byte of a
 * request goes to anybody else.
 */
export class NodeHttpClient implements HttpClient {
  readonly #trust: TrustPolicy;
  readonly #limits: WireLimits;
  readonly #closing = new AbortController();
  readonly #plain: PlainAgent;
  readonly #secure: SecureAgent;
  /** Requests whose answer is not read to its end. */
  readonly #underWay = new Set<ClientRequest>();
  readonly #broken = Promise.withResolvers<WireError>();
  readonly broken: Promise<WireError> = this.#broken.promise;
  #watched: Socket | null = null;
  /** Sockets that have been watched, perhaps in turns with others. */
  readonly #heard = new WeakSet<Socket>();

  constructor(trust: TrustPolicy, limits: WireLimits) {
    this.#trust = trust;
    this.#limits = limits;
    const options = { keepAlive: true, maxSockets: 16, maxFreeSockets: 4, scheduling: 'lifo' } as const;
    this.#plain = new PlainAgent(options);
    this.#secure = new SecureAgent(options);
    this.#plain.createConnection = (target, connected) => this.#connect(target, false, connected);
    this.#secure.createConnection = (target, connected) => this.#connect(target, true, connected);
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    try {
      return await this.#attempt(request);
    } catch (error) {
      // A kept connection that the server had closed already (RFC 9110 section 9.2.2: what is idempotent goes again).
      const stale = error instanceof WireError && error.code === 'disconnected' && error.cause === STALE;
      if (!stale || request.watched === true || request.method === 'POST' || typeof request.body === 'object')
        throw error;
      return this.#attempt(request);
    }
  }

  close(): void {
    this.#closing.abort();
    for (const outgoing of this.#underWay) outgoing.destroy();
    this.#plain.destroy();
    this.#secure.destroy();
  }

  #attempt({ url, method, headers, body, silence, watched, signal }: HttpRequest): Promise<HttpAnswer> {
    if (this.#closing.signal.aborted) throw over();
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    let sent = false;
    const fail = (caught: unknown): void => {
      const error = this.#describe(caught, outgoing, signal);
      error.sent = sent;
      reject(error);
    };
    const secure = url.protocol === 'https:';
    const size = typeof body === 'object' ? body.size : Buffer.byteLength(body ?? '');
    const length = body === undefined && method === 'GET' ? {} : { 'content-length': String(size) };
    const outgoing = (secure ? secureRequest : plainRequest)(url, {
      method,
      headers: { ...headers, ...length },
      agent: secure ? this.#secure : this.#plain,
    });
    this.#endWith(signal, outgoing);
    outgoing.setTimeout(silence, () => outgoing.destroy(new WireError('timeout', `${url.host} is silent`)));
    outgoing.on('error', fail);
    outgoing.once('socket', (socket) => {
      sent = true; // only a verified one gets here
      if (watched === true) this.#watch(socket);
    });
    outgoing.once('response', (response) =>
      resolve(answerOf(response, (error) => this.#describe(error, outgoing, signal))),
    );
    if (typeof body === 'object')
      pipeline(Readable.from(body.bytes, { objectMode: false }), outgoing).catch(fail);
    else outgoing.end(body);
    return promise;
  }

  /** Node's own `signal` costs as much as the rest of a small request, and composed signals once more. */
  #endWith(signal: AbortSignal, outgoing: ClientRequest): void {
    const end = (): void => void outgoing.destroy(new WireError('aborted', 'the request was given up'));
    this.#underWay.add(outgoing);
    outgoing.once('close', () => {
      this.#underWay.delete(outgoing);
      signal.removeEventListener('abort', end);
    });
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  }

  #watch(socket: Socket): void {
    this.#watched = socket;
    if (this.#heard.has(socket)) return;
    this.#heard.add(socket);
    socket.once('error', (error) => {
      if (this.#watched === socket) this.#broken.resolve(asWireError(error));
    });
  }

  #connect(target: object, secure: boolean, connected?: Connected): undefined {
    const { host, port, servername } = readTarget(target);
    const { signal } = this.#closing;
    const time = this.#limits.connectTime;
    const connection = async (): Promise<Duplex> => {
      const socket = await connectSocket({ host, port, time }, signal);
      if (!secure) return socket.resume(); // nothing comes before something was asked
      const name = servername === '' ? host : servername;
      const options = { name, trust: this.#trust, client: null, protocols: ['http/1.1'], time, signal };
      return handshake(socket, options);
    };
    connection().then(
      (socket) => connected?.(null, socket),
      // Who gets an error does not look at the socket.
      (error: unknown) => connected?.(asWireError(error, 'connect-failed'), new Socket()),
    );
  }

  #describe(error: unknown, outgoing: ClientRequest, signal: AbortSignal): WireError {
    if (error instanceof WireError) return error;
    if (signal.aborted) return new WireError('aborted', 'the request was given up', { cause: error });
    if (this.#closing.signal.aborted) return over();
    const reset = error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
    if (reset && outgoing.reusedSocket)
      return new WireError('disconnected', 'the connection was closed', { cause: STALE });
    return asWireError(error, 'disconnected');
  }
}

function over(): WireError {
  return new WireError('disconnected', 'the session is over');
}

/** Marks that the server had closed a kept connection before it could see the request. */
const STALE: unique symbol = Symbol('stale');

function answerOf(response: IncomingMessage, describe: (error: unknown) => WireError): HttpAnswer {
  const headers = Object.entries(response.headers).map(
    ([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)] as const,
  );
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(headers),
    body: read(response, describe),
    discard: () => void response.destroy(),
  };
}

async function* read(
  response: IncomingMessage,
  describe: (error: unknown) => WireError,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response) if (chunk instanceof Uint8Array) yield chunk;
  } catch (error) {
    const described = describe(error);
    described.sent = true;
    throw described;
  }
  if (!response.complete) {
    const cut = new WireError('disconnected', 'the answer ends in the middle');
    cut.sent = true;
    throw cut;
  }
}

/** Node's agents pass on what the request said; their types say less. */
function readTarget(target: object): { host: string; port: number; servername: string } {
  const { host, port, servername } = target as Record<'host' | 'port' | 'servername', unknown>;
  const bare = (typeof host === 'string' ? host : 'localhost').replace(/^\[|\]$/g, '');
  return { host: bare, port: Number(port), servername: typeof servername === 'string' ? servername : '' };
}
