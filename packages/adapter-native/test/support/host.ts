import {
  type BlobId,
  mintId,
  type Adapter,
  type Batch,
  type Ended,
  type Ephemeral,
  type Opaque,
  type Page,
  type Resume,
  type Session,
  type SessionHost,
} from '@natter/core';

/** A host that keeps what an adapter tells, with the hub's promises: commits in order, state with them. */
export class TestHost implements SessionHost {
  readonly secrets = new Map<string, string>();
  readonly batches: Batch[] = [];
  readonly hints: Ephemeral[] = [];
  readonly phases: string[] = [];
  readonly rosters: string[] = [];
  readonly logged: string[] = [];
  readonly states = new Map<string, Opaque>();
  readonly cursors = new Map<string, Opaque>();
  capabilitiesTold: unknown[] = [];
  /** How many batches were handed over, stored or not. */
  asked = 0;
  /** While set, commits wait for it. */
  gate: Promise<void> | null = null;
  /** While set, commits reject with it. */
  dead: Error | null = null;

  secret(name: string): Promise<string | null> {
    return Promise.resolve(this.secrets.get(name) ?? null);
  }

  setSecret(name: string, value: string | null): Promise<void> {
    if (value === null) this.secrets.delete(name);
    else this.secrets.set(name, value);
    return Promise.resolve();
  }

  log(_level: string, code: string): void {
    this.logged.push(code);
  }

  phase(phase: string): void {
    this.phases.push(phase);
  }

  capabilities(_scope: unknown, capabilities: unknown): void {
    this.capabilitiesTold.push(capabilities);
  }

  roster(state: string): void {
    this.rosters.push(state);
  }

  attention(): void {}

  announcements(): void {}

  async commit(batch: Batch): Promise<void> {
    this.asked += 1;
    await this.gate;
    if (this.dead !== null) throw this.dead;
    this.batches.push(batch);
    for (const [scope, cursor] of Object.entries(batch.cursors ?? {})) {
      if (cursor === null) this.cursors.delete(scope);
      else this.cursors.set(scope, cursor);
    }
    for (const [key, value] of Object.entries(batch.state ?? {})) {
      if (value === null) this.states.delete(key);
      else this.states.set(key, value);
    }
  }

  hint(events: readonly Ephemeral[]): void {
    this.hints.push(...events);
  }

  state(prefix: string): Promise<Record<string, Opaque>> {
    return Promise.resolve(Object.fromEntries([...this.states].filter(([key]) => key.startsWith(prefix))));
  }

  checkpoint(): Promise<void> {
    return Promise.resolve();
  }

  ask(): Promise<void> {
    return Promise.resolve();
  }

  readBlob(_blob: BlobId, _offset: number): Promise<ReadableStream<Uint8Array>> {
    return Promise.reject(new Error('no files here'));
  }

  writeBlob(_blob: BlobId, _offset: number): Promise<WritableStream<Uint8Array>> {
    return Promise.reject(new Error('no files here'));
  }

  /** The texts of the messages that were told, in the order of telling. */
  get texts(): string[] {
    return this.batches
      .flatMap(({ events }) => events)
      .flatMap((event) => (event.type === 'timeline' ? event.items.map(({ content }) => content.text) : []));
  }
}

/** A session that runs, as the hub would run it. */
export class Running {
  readonly host: TestHost;
  readonly session: Session;
  readonly ended: Promise<Ended>;
  readonly #stop = new AbortController();

  constructor(adapter: Adapter, config: Record<string, string | boolean>, host: TestHost, address = 'alice') {
    this.host = host;
    this.session = adapter.open({ id: mintId('account'), address, config, deviceId: 'test' }, host);
    this.ended = this.session.run(this.resume(), this.#stop.signal);
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  resume(): Resume {
    return {
      cursors: Object.fromEntries(this.host.cursors),
      openGaps: [],
      presence: { availability: 'available', text: null },
    };
  }

  /** Waits for `online` and catches up, page by page, as the hub does. */
  async caughtUp(): Promise<this> {
    await until(() => this.host.phases.includes('online'), this.ended);
    let after = this.host.cursors.get('account') ?? null;
    for (;;) {
      const page: Page = await this.session.catchUp('account', after, this.signal);
      await this.host.commit(page.batch);
      if (page.reached === 'end') return this;
      after = page.next;
    }
  }

  stop(): Promise<Ended> {
    this.#stop.abort();
    return this.ended;
  }
}

/** Waits until something is so; fails after two seconds, or when the run ends before. */
export async function until(condition: () => boolean, ended?: Promise<Ended>): Promise<void> {
  const deadline = performance.now() + 5_000;
  let over: Ended | null = null;
  void ended?.then((why) => (over = why));
  while (!condition()) {
    if (over !== null) throw new Error(`the run ended: ${JSON.stringify(over)}`);
    if (performance.now() > deadline) throw new Error('waited too long');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
