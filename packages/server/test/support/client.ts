import { setTimeout as sleep } from 'node:timers/promises';
import { decodeResult, decodeServerFrame, subprotocols } from '@natter/native-protocol';
import type {
  MessageUpdate,
  RequestFrame,
  RequestResult,
  RequestType,
  ServerFrame,
  SignedIn,
  Update,
  WireError,
} from '@natter/native-protocol';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';

/** Cheap hashes: the tests are not about their strength. */
export const testCost = { memory: 1024, passes: 1 };
export const password = 'correct horse';

type WithoutId<F> = F extends unknown ? Omit<F, 'id'> : never;
type Asked<T extends RequestType> = WithoutId<RequestFrame<T>> & { readonly type: T };

/** The error that a request was answered with. */
class RequestError extends Error {
  readonly error: WireError;

  constructor(error: WireError) {
    super(`${error.code}: ${error.message}`);
    this.error = error;
  }
}

/** A raw client: sends what it is told and keeps everything that comes, in order. */
export class TestClient {
  readonly socket: WebSocket;
  readonly frames: ServerFrame[] = [];
  readonly closed: Promise<number>;
  signedIn: SignedIn | null = null;
  #nextId = 1;
  readonly #pending = new Map<
    number,
    { resolve: (frame: ServerFrame) => void; reject: (error: unknown) => void }
  >();

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.on('close', (code) => resolve(code)));
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      const decoded = decodeServerFrame(data.toString(), 64 * 1024 * 1024);
      if (!decoded.ok) throw new Error(`bad frame from the server: ${decoded.error.message}`);
      const { frame } = decoded;
      const waiting = 'id' in frame && frame.id !== undefined ? this.#pending.get(frame.id) : undefined;
      if (waiting === undefined) this.frames.push(frame);
      else waiting.resolve(frame);
    });
    socket.on('close', () => {
      for (const { reject } of this.#pending.values()) reject(new Error('closed'));
      this.#pending.clear();
    });
  }

  static async connect(url: string, options: ClientOptions = {}): Promise<TestClient> {
    const socket = new WebSocket(url, [...subprotocols], options);
    const client = new TestClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    return client;
  }

  /** Connects and makes an account. */
  static async register(url: string, user: string): Promise<TestClient> {
    const client = await TestClient.connect(url);
    client.signedIn = await client.request({ type: 'register', user, password });
    return client;
  }

  /** Connects and signs in to an account that exists, as a new device. */
  static async signIn(url: string, address: string): Promise<TestClient> {
    const client = await TestClient.connect(url);
    client.signedIn = await client.request({ type: 'sign-in', address, password });
    return client;
  }

  get address(): string {
    return this.signedIn?.address ?? 'nobody';
  }

  /** Sends a request and gives its checked result. @throws RequestError */
  async request<T extends RequestType>(frame: Asked<T>): Promise<RequestResult<T>> {
    const id = this.#nextId;
    this.#nextId += 1;
    const answer = await new Promise<ServerFrame>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.send({ ...frame, id });
    }).finally(() => this.#pending.delete(id));
    if (answer.type === 'error') throw new RequestError(answer.error);
    if (answer.type !== 'reply') throw new Error(`unexpected ${answer.type}`);
    const result = decodeResult(frame.type, answer.result);
    if (!result.ok) throw new Error(`bad result of ${frame.type}: ${result.error.message}`);
    return result.frame;
  }

  /** The code of the error that a request is answered with. */
  async refusal(frame: Asked<RequestType>): Promise<WireError> {
    try {
      await this.request<RequestType>(frame);
    } catch (error) {
      if (error instanceof RequestError) return error.error;
      throw error;
    }
    throw new Error(`${frame.type} was not refused`);
  }

  /** What becomes of a request that may be anything: `done`, `closed`, or the code of its error. */
  async outcome(frame: Readonly<Record<string, unknown>>): Promise<string> {
    try {
      await this.request(frame as unknown as Asked<RequestType>);
      return 'done';
    } catch (error) {
      if (error instanceof RequestError) return error.error.code;
      return error instanceof Error ? error.message : String(error);
    }
  }

  send(frame: unknown): void {
    this.sendText(JSON.stringify(frame));
  }

  sendText(text: string): void {
    this.socket.send(text);
  }

  /** Reads the log to its end, and is live from there. */
  async sync(after = 0, limit?: number): Promise<Update[]> {
    const updates: Update[] = [];
    for (let cursor = after; ;) {
      const page = await this.request({
        type: 'sync',
        after: cursor,
        ...(limit === undefined ? {} : { limit }),
      });
      updates.push(...page.updates);
      cursor = page.cursor;
      if (!page.more) return updates;
    }
  }

  /** Every update that was pushed so far. */
  pushed(): Update[] {
    return this.frames.flatMap((frame) => (frame.type === 'updates' ? frame.updates : []));
  }

  /** Waits until something that was pushed fits. */
  async until<T>(find: (client: this) => T | undefined | false, patience = 5000): Promise<T> {
    const end = Date.now() + patience;
    for (;;) {
      const found = find(this);
      if (found !== undefined && found !== false) return found;
      if (Date.now() > end)
        throw new Error(
          `nothing came in ${patience} ms; there is ${JSON.stringify(this.frames).slice(0, 2000)}`,
        );
      await sleep(5);
    }
  }

  /** Waits for a pushed frame of a type that fits. */
  push<T extends ServerFrame['type']>(
    type: T,
    fits: (frame: Extract<ServerFrame, { type: T }>) => boolean = () => true,
  ): Promise<Extract<ServerFrame, { type: T }>> {
    return this.until(() =>
      this.frames.find(
        (frame): frame is Extract<ServerFrame, { type: T }> =>
          frame.type === type && fits(frame as Extract<ServerFrame, { type: T }>),
      ),
    );
  }

  /** Waits for a pushed update that fits. */
  update<K extends Update['kind']>(
    kind: K,
    fits: (update: Extract<Update, { kind: K }>) => boolean = () => true,
  ): Promise<Extract<Update, { kind: K }>> {
    return this.until(() =>
      this.pushed().find(
        (update): update is Extract<Update, { kind: K }> =>
          update.kind === kind && fits(update as Extract<Update, { kind: K }>),
      ),
    );
  }

  async close(): Promise<void> {
    this.socket.close(1000);
    await this.closed;
  }

  /** Breaks the connection without a word. */
  async cut(): Promise<void> {
    this.socket.terminate();
    await this.closed;
  }
}

/** The messages among updates. */
export function messagesOf(updates: readonly Update[]): MessageUpdate[] {
  return updates.filter((update) => update.kind === 'message');
}
