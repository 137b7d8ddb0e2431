import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the homeserver got it. */
export interface Asked {
  readonly method: string;
  /** Without `/_matrix/`, decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token: string | null;
  readonly range: string | null;
  /** SHA-256 of the body. */
  readonly hash: string;
  readonly body: Record<string, unknown>;
  /** The fields of a form. */
  readonly form: URLSearchParams;
}

/** Answers a request in place of the usual answer; false leaves it to that. */
export type Script = (asked: Asked, response: ServerResponse) => boolean | Promise<boolean>;

const PASSWORD = 'secret';
export const ME = '@me:scripted.test';
export const THEM = '@them:scripted.test';
export const ROOM = '!room:scripted.test';

/**
 * A homeserver that says what a test wants: the usual where nothing else is said. Synchronisations are parts that were
 * pushed one after the other; a token is the number of the last one that was told.
 */
export class Homeserver {
  readonly asked: Asked[] = [];
  readonly url: string;
  /** Tried before the usual answers, newest first. */
  readonly scripts: Script[] = [];
  /** What was sent, by transaction: the same one twice is one event. */
  readonly sent = new Map<string, string>();
  /** Pages of history by the token that they are asked with. */
  readonly pages = new Map<string, unknown>();
  token = 'token-1';
  /** A token that is worth nothing is so for now, and its device is still there. */
  soft = false;
  /** Tokens begin with it; another one is another server's memory. */
  epoch = 'a';
  /** Takes a request before anything of it is read, for as long as it likes. */
  held: ((response: ServerResponse) => void) | null = null;
  readonly #parts: Record<string, unknown>[] = [];
  readonly #server: Server;
  #wake: (() => void)[] = [];

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<Homeserver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Homeserver(server);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Tells something in a synchronisation. */
  push(part: Record<string, unknown>): void {
    this.#parts.push(part);
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** Tells events of the room, as the newest of its timeline. */
  say(
    events: readonly unknown[],
    timeline: Record<string, unknown> = {},
    room: Record<string, unknown> = {},
  ): void {
    this.push({ rooms: { join: { [ROOM]: { timeline: { events, ...timeline }, ...room } } } });
  }

  /** The next requests that fit are answered so. */
  script(fits: RegExp, times: number, answer: Script): void {
    let left = times;
    this.scripts.unshift((asked, response) => {
      if (left === 0 || !fits.test(`${asked.method} ${asked.path}`)) return false;
      left -= 1;
      return answer(asked, response);
    });
  }

  /** How often something was asked. */
  count(fits: RegExp): number {
    return this.asked.filter(({ method, path }) => fits.test(`${method} ${path}`)).length;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.held !== null) return this.held(response);
    const asked = await read(request);
    this.asked.push(asked);
    for (const script of this.scripts) if (await script(asked, response)) return;
    const { path, token } = asked;
    const open = /^client\/(?:v3\/(?:login|refresh)|.*auth_metadata)$/.test(path);
    if (!open && token !== this.token) return this.#unknown(response);
    await this.#usual(asked, response);
  }

  async #usual(asked: Asked, response: ServerResponse): Promise<void> {
    const { method, path, query, body } = asked;
    if (path === 'client/v3/login' && method === 'GET')
      return json(response, { flows: [{ type: 'm.login.password' }] });
    if (path === 'client/v3/login') {
      if (body['password'] !== PASSWORD) return refuse(response, 403, 'M_FORBIDDEN');
      return json(response, {
        user_id: ME,
        device_id: body['device_id'] ?? 'DEVICE',
        access_token: this.token,
      });
    }
    if (path === 'client/v3/account/whoami') return json(response, { user_id: ME, device_id: 'DEVICE' });
    if (path === 'client/v3/sync') return this.#sync(asked, response);
    const put = /^client\/v3\/rooms\/[^/]+\/(?:send\/([^/]+)|redact\/[^/]+)\/([^/]+)$/.exec(path);
    if (put !== null) return json(response, { event_id: this.#take(put[2] ?? '', put[1] ?? '', body) });
    if (/^client\/v3\/rooms\/[^/]+\/messages$/.test(path)) {
      const page = this.pages.get(query.get('from') ?? '');
      return page === undefined ? refuse(response, 404, 'M_NOT_FOUND') : json(response, page);
    }
    if (path.endsWith('auth_metadata')) return refuse(response, 404, 'M_UNRECOGNIZED');
    if (path.includes('/account_data/') && method === 'GET') return refuse(response, 404, 'M_NOT_FOUND');
    return json(response, {});
  }

  #unknown(response: ServerResponse): void {
    refuse(response, 401, 'M_UNKNOWN_TOKEN', this.soft ? { soft_logout: true } : {});
  }

  #take(transaction: string, type: string, content: unknown): string {
    const known = this.sent.get(transaction);
    if (known !== undefined) return known;
    const id = `$sent-${this.sent.size}`;
    this.sent.set(transaction, id);
    const unsigned = { transaction_id: transaction };
    this.say([{ event_id: id, type, sender: ME, origin_server_ts: Date.now(), content, unsigned }]);
    return id;
  }

  async #sync({ query, token }: Asked, response: ServerResponse): Promise<void> {
    const since = query.get('since');
    const at = since === null ? 0 : Number(since.slice(1));
    if (this.#parts.length <= at && query.get('timeout') !== '0') {
      const timer = setTimeout(
        () => this.#wake.splice(0).forEach((wake) => wake()),
        Number(query.get('timeout')),
      );
      await new Promise<void>((resolve) => this.#wake.push(resolve));
      clearTimeout(timer);
    }
    // What has changed meanwhile holds for who waited too.
    if (token !== this.token) return this.#unknown(response);
    if (since !== null && !since.startsWith(this.epoch)) return refuse(response, 400, 'M_UNKNOWN_POS');
    // A first synchronisation tells all that was, the others one part after the other.
    const upTo = since === null ? this.#parts.length : Math.min(at + 1, this.#parts.length);
    const parts = this.#parts.slice(since === null ? 0 : at, upTo);
    json(response, { ...merge(parts), next_batch: `${this.epoch}${upTo}` });
  }
}

/** A text message. */
export function message(
  id: string,
  body: string,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  const content = { msgtype: 'm.text', body };
  return {
    event_id: id,
    type: 'm.room.message',
    sender: THEM,
    origin_server_ts: 1_700_000_000_000,
    content,
    ...more,
  };
}

/** The part by which the room becomes a direct conversation with {@link THEM}. */
export function directRoom(): Record<string, unknown> {
  const member = (user: string): unknown => ({
    type: 'm.room.member',
    state_key: user,
    sender: user,
    event_id: `$member-${user.slice(1, 3)}`,
    content: { membership: 'join' },
  });
  const rules = {
    type: 'm.room.join_rules',
    state_key: '',
    sender: THEM,
    event_id: '$rules',
    content: { join_rule: 'invite' },
  };
  return {
    account_data: { events: [{ type: 'm.direct', content: { [THEM]: [ROOM] } }] },
    rooms: {
      join: { [ROOM]: { state: { events: [member(ME), member(THEM), rules] }, timeline: { events: [] } } },
    },
  };
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export function refuse(
  response: ServerResponse,
  status: number,
  errcode: string,
  more: Record<string, unknown> = {},
): void {
  json(response, { errcode, error: 'no', ...more }, status);
}

/** Parts of a synchronisation as one: what comes later in a room follows. */
function merge(parts: readonly Record<string, unknown>[]): Record<string, unknown> {
  const join: Record<string, { state: unknown[]; timeline: unknown[]; rest: object }> = {};
  let rest: Record<string, unknown> = {};
  for (const part of parts) {
    rest = { ...rest, ...part };
    const rooms = (part['rooms'] as { join?: Record<string, RoomPart> } | undefined)?.join ?? {};
    for (const [id, room] of Object.entries(rooms)) {
      const known = (join[id] ??= { state: [], timeline: [], rest: {} });
      known.state.push(...(room.state?.events ?? []));
      known.timeline.push(...(room.timeline?.events ?? []));
      known.rest = { ...known.rest, ...room, timeline: room.timeline };
    }
  }
  const merged = Object.entries(join).map(([id, { state, timeline, rest: more }]) => [
    id,
    { ...more, state: { events: state }, timeline: { ...(more as RoomPart).timeline, events: timeline } },
  ]);
  return {
    ...rest,
    rooms: { ...(rest['rooms'] as object | undefined), join: Object.fromEntries(merged) as unknown },
  };
}

interface RoomPart {
  readonly state?: { readonly events?: readonly unknown[] };
  readonly timeline?: { readonly events?: readonly unknown[] };
}

async function read(request: IncomingMessage): Promise<Asked> {
  const parts: Uint8Array[] = [];
  for await (const part of request) parts.push(part as Uint8Array);
  const url = new URL(request.url ?? '/', 'http://localhost');
  const text = Buffer.concat(parts).toString();
  const isJson = request.headers['content-type'] === 'application/json';
  const isForm = request.headers['content-type'] === 'application/x-www-form-urlencoded';
  return {
    method: request.method ?? '',
    path: decodeURIComponent(url.pathname).replace(/^\/_matrix\//, ''),
    query: url.searchParams,
    range: request.headers.range ?? null,
    hash: createHash('sha256').update(Buffer.concat(parts)).digest('hex'),
    token: /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? null,
    body: isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {},
    form: new URLSearchParams(isForm ? text : ''),
  };
}
