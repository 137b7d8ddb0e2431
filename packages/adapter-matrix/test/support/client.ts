/** A JSON value as a server gives it; tests look at what they know. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Answer = any;

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
    const answer = await this.fetch(method, path, body === undefined ? undefined : JSON.stringify(body), query);
    const json: Answer = await answer.json();
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
  async send(room: string, type: string, content: unknown, transaction: string = crypto.randomUUID()): Promise<string> {
    const { event_id: id } = await this.room('PUT', room, ['send', type, transaction], content);
    return String(id);
  }

  /** The account's own data; empty when there is none. */
  async accountData(type: string): Promise<Answer> {
    const answer = await this.fetch('GET', ['client', 'v3', 'user', this.userId, 'account_data', type]);
    return answer.ok ? answer.json() : {};
  }

  setAccountData(type: string, content: unknown): Promise<Answer> {
    return this.call('PUT', ['client', 'v3', 'user', this.userId, 'account_data', type], content);
  }
}
