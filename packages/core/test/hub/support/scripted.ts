import type {
  AccountId,
  Adapter,
  Batch,
  Capabilities,
  Ended,
  Hub,
  HubOptions,
  MessageIn,
  Op,
  Outcome,
  Page,
  PageRequest,
  RemoteKey,
  Resume,
  Sender,
  Session,
  SessionHost,
  Signal,
  Store,
  TimelineEvent,
} from '@natter/core';
import { createHub, memoryBlobs, memorySecrets, memoryStore, remoteKey, supportKeys } from '@natter/core';

export const key = remoteKey;

const everything: Capabilities = {
  support: Object.fromEntries(supportKeys.map((name) => [name, 'full'])),
  limits: {},
  resend: 'verify',
  order: 'archive',
  catchUp: 'none',
};

/** A network that does exactly what the test says: the test holds the host, and answers what the hub asks. */
export class Script {
  readonly id: string;
  capabilities: Capabilities;
  host: SessionHost | null = null;
  runs: Resume[] = [];
  performed: Op[] = [];
  verified: Op[] = [];
  signals: Signal[] = [];
  /** What the network calls the account that signs in; `null`: as it was typed. */
  address: string | null = null;
  /** Whether a run goes online by itself. */
  goesOnline = true;
  perform: (op: Op, signal: AbortSignal) => Promise<Outcome> = async (op) => ({
    result: 'accepted',
    refs: [key(`s-${op.id}`)],
  });
  verify: (op: Op) => Promise<Outcome> = async () => ({ result: 'unknown', error: networkError });
  catchUp: (after: string | null) => Promise<Page> = async () => ({
    batch: { origin: 'archive', events: [] },
    next: null,
    reached: 'end',
  });
  history: (request: PageRequest) => Promise<Page> = async () => ({
    batch: { origin: 'archive', events: [] },
    next: null,
    reached: 'start',
  });
  #end: ((ended: Ended) => void) | null = null;

  constructor(id = 'script', capabilities: Partial<Capabilities> = {}) {
    this.id = id;
    this.capabilities = { ...everything, ...capabilities };
  }

  /** Ends the present run as a network would. */
  end(ended: Ended): void {
    this.#end?.(ended);
  }

  commit(batch: Partial<Batch>): Promise<void> {
    if (!this.host) throw new Error('no run yet');
    return this.host.commit({ origin: 'live', events: [], ...batch });
  }

  adapter(): Adapter {
    return {
      id: this.id,
      name: this.id,
      contract: 1,
      capabilities: this.capabilities,
      configSchema: {},
      login: () => ({
        next: async () => ({
          kind: 'done',
          key: key('me'),
          ...(this.address !== null && { address: this.address }),
        }),
        cancel: async () => undefined,
      }),
      open: (_, host) => this.#session(host),
    };
  }

  #session(host: SessionHost): Session {
    this.host = host;
    const unused = async (): Promise<never> => Promise.reject(new Error('not scripted'));
    return {
      run: (resume, signal) =>
        new Promise<Ended>((resolve) => {
          this.runs.push(resume);
          this.#end = resolve;
          signal.addEventListener('abort', () => resolve({ why: 'stopped' }));
          if (this.goesOnline) queueMicrotask(() => host.phase('online'));
        }),
      perform: (op, signal) => {
        this.performed.push(op);
        return this.perform(op, signal);
      },
      verify: (op) => {
        this.verified.push(op);
        return this.verify(op);
      },
      history: (request) => this.history(request),
      catchUp: (_, after) => this.catchUp(after),
      query: unused,
      signal: (signal) => void this.signals.push(signal),
      interact: () => ({ next: unused, cancel: async () => undefined }),
      download: unused,
      wipe: async () => undefined,
    };
  }
}

export const networkError = {
  code: 'network',
  message: 'cut',
  scope: 'account',
  retriable: true,
  certain: false,
} as const;

const noSignal = new AbortController().signal;

/** A hub with one account on each script, and short names for what tests ask of it. */
export class Bench {
  readonly hub: Hub;
  readonly store: Store;
  readonly accounts: readonly AccountId[];

  private constructor(hub: Hub, store: Store, accounts: readonly AccountId[]) {
    this.hub = hub;
    this.store = store;
    this.accounts = accounts;
  }

  static async open(scripts: readonly Script[], options: Partial<HubOptions> = {}): Promise<Bench> {
    const store = options.store ?? memoryStore();
    const hub = await createHub({
      store,
      secrets: memorySecrets(),
      blobs: memoryBlobs(),
      adapters: scripts.map((script) => script.adapter()),
      backoff: { base: 1, cap: 1 },
      ...options,
    });
    const known = await hub.handlers.methods['account.list']({}, noSignal);
    const accounts: AccountId[] = known.map(({ id }) => id);
    for (const script of accounts.length > 0 ? [] : scripts) {
      const step = await hub.handlers.methods['account.add'](
        { network: script.id, address: 'me', config: {} },
        noSignal,
      );
      if (step.account) accounts.push(step.account);
    }
    await hub.connect();
    const bench = new Bench(hub, store, accounts);
    await bench.until(async () =>
      (await bench.call('account.list', {})).every(
        ({ state }, index) => !scripts[index]?.goesOnline || state.phase === 'online',
      ),
    );
    return bench;
  }

  call<Name extends keyof Hub['handlers']['methods']>(
    name: Name,
    params: Parameters<Hub['handlers']['methods'][Name]>[0],
  ): ReturnType<Hub['handlers']['methods'][Name]> {
    const method = this.hub.handlers.methods[name] as (
      params: unknown,
      signal: AbortSignal,
    ) => ReturnType<Hub['handlers']['methods'][Name]>;
    return method(params, noSignal);
  }

  /** Waits for something that takes a few turns of the event loop. */
  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 5000;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error('it did not come to pass within 5 s');
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** The texts of the first conversation, oldest first. */
  async texts(title?: string): Promise<readonly string[]> {
    const { rows } = await this.call('conversation.list', { offset: 0, limit: 100 });
    const conversation =
      title === undefined ? rows[0] : rows.find(({ displayTitle }) => displayTitle === title);
    if (!conversation) return [];
    const page = await this.call('history.page', {
      conversation: conversation.id,
      limit: 1000,
      remote: false,
    });
    return page.rows.map(({ content }) => content.text);
  }

  async conversation() {
    const { rows } = await this.call('conversation.list', { offset: 0, limit: 1 });
    if (!rows[0]) throw new Error('no conversation');
    return rows[0];
  }

  async messages() {
    const { id } = await this.conversation();
    return (await this.call('history.page', { conversation: id, limit: 1000, remote: false })).rows;
  }
}

export function sender(name: string, self = false): Sender {
  return { key: key(name), self, contact: self ? null : key(name), name, proof: 'account' };
}

/** A message as an adapter tells it. */
export function message(
  text: string,
  parts: Partial<Omit<MessageIn, 'sender'>> & { from?: string; self?: boolean } = {},
): MessageIn {
  const { from = 'bob', self = false, ...rest } = parts;
  return {
    stable: null,
    claimed: null,
    operation: null,
    part: 0,
    sender: sender(self ? 'me' : from, self),
    sentAt: null,
    receivedAt: 1,
    content: { kind: 'text', text },
    trust: 'server',
    ...rest,
  };
}

/** Messages at the tail of the conversation with bob. */
export function timeline(...items: readonly MessageIn[]): TimelineEvent {
  return { type: 'timeline', conversation: key('bob'), place: { by: 'tail' }, items };
}

/** A page of the archive of the conversation with bob. */
export function page(
  items: readonly MessageIn[],
  after: RemoteKey | null = null,
  before: RemoteKey | null = null,
): TimelineEvent {
  return { type: 'timeline', conversation: key('bob'), place: { by: 'page', after, before }, items };
}
