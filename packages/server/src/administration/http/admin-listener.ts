import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { z } from 'zod';
import { cannotListen } from '../../listener/free-port.ts';
import { answerHealth } from '../../listener/health.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import type { Services } from '../../services.ts';
import { AdministrationError } from '../administration-error.ts';
import type { Administration } from '../administration.ts';
import { findRoute } from './routes.ts';
import type { AdminToken } from './token.ts';

/** What the administrator's HTTP interface stands on. */
export interface AdminParts {
  readonly services: Services;
  readonly administration: Administration;
  readonly metrics: Metrics;
  readonly token: AdminToken;
}

const prefix = '/v1';
const mostBody = 64 * 1024;
/** Milliseconds. */
const patience = 10_000;

const statusOf: Readonly<Record<AdministrationError['code'], number>> = {
  'name-invalid': 400,
  'password-weak': 400,
  'not-found': 404,
  'name-taken': 409,
};

/** An answer that is an error. */
class HttpError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * The administrator's door: metrics and health for everybody who reaches it, everything else for who has the token. It is
 * plain HTTP, and so it listens on loopback only.
 */
export class AdminListener {
  readonly #parts: AdminParts;
  readonly #server: Server;

  constructor(parts: AdminParts) {
    this.#parts = parts;
    this.#server = createServer(
      { headersTimeout: patience, requestTimeout: patience },
      (request, response) => void this.#answer(request, response),
    );
    this.#server.maxHeadersCount = 50;
  }

  /** Resolves with the port. @throws StartError */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => reject(cannotListen(host, port, error, ' for administration')));
      this.#server.listen(port, host, resolve);
    });
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (answerHealth(this.#parts.services, request, response)) return;
      if (request.url === '/metrics' && request.method === 'GET') return await this.#metrics(response);
      const result = await this.#call(request);
      if (result === undefined) response.writeHead(204).end();
      else send(response, 200, result);
    } catch (error) {
      this.#fail(response, error);
    }
  }

  async #metrics(response: ServerResponse): Promise<void> {
    const text = await this.#parts.metrics.text();
    response.writeHead(200, { 'content-type': this.#parts.metrics.contentType }).end(text);
  }

  async #call(request: IncomingMessage): Promise<unknown> {
    if (!this.#parts.token.admits(request.headers.authorization))
      throw new HttpError(
        401,
        'unauthorised',
        'Show the token of the data directory: Authorization: Bearer ...',
      );
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const found = pathname.startsWith(`${prefix}/`)
      ? findRoute(request.method ?? '', decode(pathname.slice(prefix.length)))
      : null;
    if (found === null) throw new HttpError(404, 'not-found', 'There is nothing at this path.');
    if (found === 'other-method') throw new HttpError(405, 'method', 'This path takes another method.');
    const body = request.method === 'POST' ? await readBody(request) : undefined;
    return found.route.answer({ administration: this.#parts.administration, path: found.path, body });
  }

  #fail(response: ServerResponse, error: unknown): void {
    const { status, code, message } = describe(error);
    if (status === 500) this.#parts.services.log({ level: 'error', event: 'fault', error: String(error) });
    if (status === 401) response.setHeader('www-authenticate', 'Bearer');
    // A body that was not read would be taken for the next request.
    response.setHeader('connection', 'close');
    send(response, status, { error: { code, message } });
  }
}

function describe(error: unknown): { status: number; code: string; message: string } {
  if (error instanceof HttpError) return { status: error.status, code: error.code, message: error.message };
  if (error instanceof AdministrationError)
    return { status: statusOf[error.code], code: error.code, message: error.message };
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    const field = issue?.path.join('.') || 'the body';
    return { status: 400, code: 'invalid', message: `${field}: ${issue?.message ?? 'invalid'}` };
  }
  return { status: 500, code: 'internal', message: 'A fault of the server.' };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > mostBody) throw new HttpError(413, 'too-large', `A body may have ${mostBody} bytes.`);
    chunks.push(bytes);
  }
  if (size === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new HttpError(400, 'malformed', 'The body is not JSON.');
  }
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new HttpError(400, 'malformed', 'The path is not well formed.');
  }
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(`${JSON.stringify(value)}\n`);
}
