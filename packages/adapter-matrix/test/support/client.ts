/** What a server says, as tests look at it: whatever they name may be there. */
export interface Answer {
  readonly [name: string]: Answer | undefined;
}

/** A text out of an answer. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A list out of an answer. */
export function list(value: unknown): readonly Answer[] {
  return Array.isArray(value) ? (value as Answer[]) : [];
}

/** The client-server API by hand: nothing of the adapter is in it. */
export class Client {
  readonly userId: string;
  readonly #url: string;
  readonly #token: string;

  private constructor(url: string, userId: string, token: string) {
    this.#url = url;
    this.userId = userId;
    this.#token = token;
  }

  static async signIn(url: string, name: string, password: string): Promise<Client> {
    const answer = await fetch(`${url}/_matrix/client/v3/login`, {
      method: 'POST',
      body: JSON.stringify({
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: name },
        password,
      }),
    });
    const { user_id: userId, access_token: token } = (await answer.json()) as Record<string, string>;
    return new Client(url, userId ?? '', token ?? '');
  }

  async call(method: string, path: readonly string[], body?: unknown, query = ''): Promise<Answer> {
    const answer = await this.fetch(
      method,
      path,
      body === undefined ? undefined : JSON.stringify(body),
      query,
    );
    const json = (await answer.json()) as Answer;
    if (!answer.ok) throw new Error(`${method} ${path.join('/')}: ${answer.status} ${JSON.stringify(json)}`);
    return json;
  }

  fetch(
    method: string,
    path: readonly string[],
    body?: string | Uint8Array<ArrayBuffer>,
    query = '',
  ): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#token}` };
    const url = `${this.#url}/_matrix/${path.map(encodeURIComponent).join('/')}${query}`;
    return fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  }

  /** A call below a room. */
  room(method: string, room: string, path: readonly string[], body?: unknown, query = ''): Promise<Answer> {
    return this.call(method, ['client', 'v3', 'rooms', room, ...path], body, query);
  }

  /** Sends an event; resolves with its id. */
  async send(
    room: string,
    type: string,
    content: unknown,
    transaction: string = crypto.randomUUID(),
  ): Promise<string> {
    const answer = await this.room('PUT', room, ['send', type, transaction], content);
    return text(answer['event_id']) ?? '';
  }

  /** The account's own data; empty when there is none. */
  async accountData(type: string): Promise<Answer> {
    const answer = await this.fetch('GET', ['client', 'v3', 'user', this.userId, 'account_data', type]);
    return answer.ok ? ((await answer.json()) as Answer) : {};
  }

  setAccountData(type: string, content: unknown): Promise<Answer> {
    return this.call('PUT', ['client', 'v3', 'user', this.userId, 'account_data', type], content);
  }
}
