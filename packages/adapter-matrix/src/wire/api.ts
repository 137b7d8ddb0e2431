import { WireError } from './error.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from './http.ts';
import { getNumber, get, getText, isMap, parseJson, readBody, type JsonMap } from './json.ts';
import type { WireLimits } from './limits.ts';

/** A call of the client-server API. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The parts of the path behind `/_matrix/`; each is escaped. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: JsonMap;
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** Goes out without a token. */
  readonly anonymous?: boolean;
  /** More than the usual size of the answer (bytes). */
  readonly most?: number;
  /** More than the usual silence (milliseconds). */
  readonly silence?: number;
  /** Stands for the run: see {@link HttpRequest.watched}. */
  readonly watched?: boolean;
}

/** What the API is reached with. */
export interface ApiParts {
  readonly http: HttpClient;
  /** The homeserver's address, without a slash at its end. */
  readonly base: string;
  readonly limits: WireLimits;
  /** The access token of now; null before there is one. */
  readonly token: () => string | null;
}

/** The client-server API of a homeserver (Matrix 1.16, section "Client-Server API"): JSON in, JSON out, all bounded. */
export class Api {
  readonly #parts: ApiParts;

  constructor(parts: ApiParts) {
    this.#parts = parts;
  }

  /** Where the homeserver is. */
  get base(): string {
    return this.#parts.base;
  }

  /** Rejects with WireError: `refused` with `errcode` when the homeserver said no. */
  async call(call: Call): Promise<JsonMap> {
    const { limits } = this.#parts;
    const answer = await this.send(call);
    try {
      const text = await readBody(answer, call.most ?? limits.answerBytes);
      if (answer.status >= 200 && answer.status < 300) return parseJson(text, limits.depth);
      throw refusal(answer, text);
    } catch (error) {
      // Whatever is wrong with the answer, the request was there.
      if (error instanceof WireError && error.code !== 'refused') error.sent = true;
      throw error;
    }
  }

  /** The same with bytes on either side; the answer is the caller's to read or discard. */
  send(
    call: Omit<Call, 'body'> & { body?: JsonMap | HttpRequest['body']; mediaType?: string },
  ): Promise<HttpAnswer> {
    const { http, limits, token } = this.#parts;
    const headers: Record<string, string> = { accept: 'application/json', ...call.headers };
    const bearer = call.anonymous === true ? null : token();
    if (bearer !== null) headers['authorization'] = `Bearer ${bearer}`;
    const { body } = call;
    const isJson = isMap(body) && !('bytes' in body);
    if (body !== undefined)
      headers['content-type'] = isJson ? 'application/json' : (call.mediaType ?? 'application/octet-stream');
    return http.send({
      url: this.#url(call),
      method: call.method,
      headers,
      silence: call.silence ?? limits.silence,
      signal: call.signal,
      watched: call.watched === true,
      ...(body === undefined
        ? {}
        : { body: isJson ? JSON.stringify(body) : (body as HttpRequest['body'] & {}) }),
    });
  }

  #url({ path, query = {} }: Pick<Call, 'path' | 'query'>): URL {
    // A part that a server would take for a step in the tree leads anywhere with our token (CVE-2024-50336).
    if (path.some((part) => part === '' || part === '.' || part === '..'))
      throw new WireError('invalid', 'this is no id');
    const url = new URL(`${this.#parts.base}/_matrix/${path.map(encodeURIComponent).join('/')}`);
    for (const [name, value] of Object.entries(query))
      for (const each of typeof value === 'string' ? [value] : value) url.searchParams.append(name, each);
    return url;
  }
}

/** What a homeserver says when it says no; proxies before it say it in HTML. */
export function refusal(answer: Pick<HttpAnswer, 'status' | 'headers'>, text: string): WireError {
  const { status, headers } = answer;
  const said = safely(text);
  const errcode = getText(said, 'errcode');
  const told = getText(said, 'error') ?? '';
  const wait = getNumber(said, 'retry_after_ms') ?? retryAfter(headers['retry-after']);
  return new WireError('refused', told === '' ? `the server answered ${status}` : told, {
    status,
    ...(errcode === undefined ? {} : { errcode }),
    ...(wait === null ? {} : { retryAfter: Math.min(Math.max(wait, 0), MOST_PATIENCE) }),
    softLogout: get(said, 'soft_logout') === true,
  });
}

/** Whether a server says that it does not know the question, and not that there is nothing to answer it with. */
export function isUnknownEndpoint(error: unknown): boolean {
  if (!(error instanceof WireError) || error.code !== 'refused') return false;
  return error.errcode === 'M_UNRECOGNIZED' || (error.errcode === null && [404, 405].includes(error.status));
}

/** A server that wants us to wait for a year is not obeyed. */
const MOST_PATIENCE = 60 * 60 * 1000;

function safely(text: string): JsonMap {
  try {
    return parseJson(text.slice(0, 65_536), 20);
  } catch {
    return {}; // not the homeserver's words; the status says it
  }
}

/** RFC 9110 section 10.2.3: seconds or a date. */
function retryAfter(header: string | undefined): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const until = Date.parse(header);
  return Number.isNaN(until) ? null : until - Date.now();
}
