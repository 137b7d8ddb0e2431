import {
  mintId,
  remoteKey,
  type Attachment,
  type BlobId,
  type Capabilities,
  type OperationId,
  type RemoteKey,
  type Target,
} from '@natter/core/model';
import type {
  AccountSpec,
  Adapter,
  Batch,
  Ended,
  Ephemeral,
  Event,
  MessageIn,
  Op,
  OpBody,
  Outcome,
  Session,
  SessionHost,
} from '@natter/core';

/** A host that keeps in memory what a session tells, and lets a test wait for it. */
class RecordingHost implements SessionHost {
  readonly secrets = new Map<string, string>();
  readonly stored = new Map<string, string>();
  readonly memos = new Map<OperationId, string>();
  readonly batches: Batch[] = [];
  readonly hints: Ephemeral[] = [];
  readonly phases: string[] = [];
  readonly rosters: string[] = [];
  readonly logs: string[] = [];
  /** What was downloaded, and what a test wants to be sent. */
  readonly blobs = new Map<BlobId, Buffer>();
  accountCapabilities: Capabilities | null = null;
  /** Holds commits back until it resolves. */
  gate: Promise<void> = Promise.resolve();
  #changed: (() => void)[] = [];

  phase(phase: string): void {
    this.phases.push(phase);
    this.#tell();
  }
  capabilities(_scope: unknown, capabilities: Capabilities): void {
    this.accountCapabilities = capabilities;
  }
  roster(state: string): void {
    this.rosters.push(state);
    this.#tell();
  }
  attention(): void {}
  announcements(): void {}
  async commit(batch: Batch): Promise<void> {
    await this.gate;
    this.batches.push(batch);
    for (const [key, value] of Object.entries(batch.state ?? {})) {
      if (value === null) this.stored.delete(key);
      else this.stored.set(key, value);
    }
    this.#tell();
  }
  hint(events: readonly Ephemeral[]): void {
    this.hints.push(...events);
    this.#tell();
  }
  async state(prefix: string): Promise<Record<string, string>> {
    return Object.fromEntries([...this.stored].filter(([key]) => key.startsWith(prefix)));
  }
  async checkpoint(operation: OperationId, memo: string): Promise<void> {
    this.memos.set(operation, memo);
  }
  async ask(): Promise<void> {}
  async readBlob(blob: BlobId, offset: number): Promise<ReadableStream<Uint8Array>> {
    const bytes = this.blobs.get(blob);
    if (bytes === undefined) throw new Error(`there is no blob ${blob}`);
    return new Blob([new Uint8Array(bytes.subarray(offset))]).stream();
  }
  async writeBlob(blob: BlobId): Promise<WritableStream<Uint8Array>> {
    const parts: Uint8Array[] = [];
    const { blobs } = this;
    return new WritableStream({
      write: (chunk) => void parts.push(chunk),
      close: () => void blobs.set(blob, Buffer.concat(parts)),
    });
  }
  async secret(name: string): Promise<string | null> {
    return this.secrets.get(name) ?? null;
  }
  async setSecret(name: string, value: string | null): Promise<void> {
    if (value === null) this.secrets.delete(name);
    else this.secrets.set(name, value);
  }
  log(_level: string, code: string): void {
    this.logs.push(code);
    this.#tell();
  }

  get events(): readonly Event[] {
    return this.batches.flatMap(({ events }) => events);
  }
  get messages(): readonly MessageIn[] {
    return this.events.flatMap((event) => (event.type === 'timeline' ? event.items : []));
  }
  texts(): readonly string[] {
    return this.messages.map(({ content }) => content.text);
  }

  /** Resolves with what `look` finds, as soon as it finds something. */
  async until<T>(what: string, look: () => T | undefined | null | false, time = 15_000): Promise<T> {
    const end = Date.now() + time;
    for (;;) {
      const found = look();
      if (found !== undefined && found !== null && found !== false) return found;
      const left = end - Date.now();
      if (left <= 0) throw new Error(`waited in vain for ${what}; phases ${this.phases.join(' ')}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#changed.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  #tell(): void {
    const waiting = this.#changed;
    this.#changed = [];
    for (const wake of waiting) wake();
  }
}

/** Somebody with an account and one session of it, driven by hand as the hub would. */
export class Person {
  readonly host = new RecordingHost();
  readonly session: Session;
  readonly key: RemoteKey;
  readonly deviceId: string;
  #controller = new AbortController();
  #running: Promise<Ended> = Promise.resolve({ why: 'stopped' });

  constructor(
    adapter: Adapter,
    address: string,
    password: string,
    config: AccountSpec['config'],
    deviceId = 'one',
  ) {
    this.host.secrets.set('password', password);
    this.key = remoteKey(address);
    this.deviceId = deviceId;
    this.session = adapter.open({ id: mintId('account'), address, config, deviceId }, this.host);
  }

  run(): Promise<Ended> {
    this.#controller = new AbortController();
    this.host.phases.length = 0;
    const resume = {
      cursors: {},
      openGaps: [],
      presence: { availability: 'available', text: null },
    } as const;
    this.#running = this.session.run(resume, this.#controller.signal);
    return this.#running;
  }
  async online(): Promise<this> {
    const ended = this.run();
    await Promise.race([
      this.host.until('online', () => this.host.phases.includes('online')),
      ended.then((end) => {
        throw new Error(`the run ended: ${JSON.stringify(end)}`);
      }),
    ]);
    return this;
  }
  async stop(): Promise<Ended> {
    this.#controller.abort();
    return this.#running;
  }
  get ended(): Promise<Ended> {
    return this.#running;
  }

  /** The bytes of something on the network. */
  async fetch(remote: string): Promise<Buffer | undefined> {
    const blob = mintId('blob');
    await this.session.download(remote, blob, 0, new AbortController().signal);
    return this.host.blobs.get(blob);
  }
  /** Sets our own picture, or takes it away. */
  show(bytes: Buffer | null): Promise<Outcome> {
    const blob = mintId('blob');
    if (bytes !== null) this.host.blobs.set(blob, bytes);
    const picture: Attachment = {
      kind: 'image',
      name: 'me.png',
      mediaType: 'image/png',
      size: bytes?.length ?? null,
      width: null,
      height: null,
      duration: null,
      hash: null,
      remote: null,
      thumbnail: null,
      blob,
    };
    const image = bytes === null ? null : picture;
    return this.perform(this.op(null, { type: 'profile', change: { action: 'avatar', image } }));
  }
  op(conversation: Op['conversation'], body: OpBody): Op {
    return { id: mintId('operation'), conversation, attempt: 1, memo: null, body };
  }
  perform(op: Op): Promise<Outcome> {
    return this.session.perform(op, new AbortController().signal);
  }
  send(to: Person, text: string, replyTo: { target: Target; quote: string } | null = null): Promise<Outcome> {
    const content = { kind: 'text', text } as const;
    return this.perform(this.op(to.key, { type: 'send', content, replyTo, thread: null, mentions: [] }));
  }
  async catchUp(after: string | null = null): Promise<Batch> {
    const page = await this.session.catchUp('account', after, new AbortController().signal);
    await this.host.commit(page.batch);
    return page.batch;
  }
}
