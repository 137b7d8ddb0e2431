import type {
  Attention,
  Batch,
  BlobId,
  Capabilities,
  Ephemeral,
  Interaction,
  JsonObject,
  Opaque,
  OperationId,
  RemoteKey,
  RosterState,
  SessionHost,
} from '@natter/core';
import { faultsOfBatch, faultsOfData } from './check-batch.ts';
import { Ledger } from './ledger.ts';

type Phase = Parameters<SessionHost['phase']>[0];

/** A host that stores nothing but remembers everything, and looks at each batch as the hub would. */
export class TestHost implements SessionHost {
  readonly secrets: Map<string, string> = new Map();
  readonly ledger: Ledger = new Ledger();
  /** What the ledger was after each commit: the places at which a crash can leave the store. */
  readonly crashPoints: Ledger[] = [];
  readonly batches: Batch[] = [];
  readonly hints: Ephemeral[] = [];
  readonly phases: Phase[] = [];
  readonly asked: Interaction[] = [];
  readonly blobs: Map<BlobId, Uint8Array> = new Map();
  readonly memos: Map<OperationId, Opaque> = new Map();
  /** What the adapter did that the contract forbids, in sentences. */
  readonly faults: string[] = [];
  rosterState: RosterState | null = null;
  attentions: readonly Attention[] = [];
  accountCapabilities: Capabilities | null = null;
  conversationCapabilities: Map<RemoteKey, Capabilities> = new Map();
  /** While set, every commit rejects with it: the store is dead. */
  broken: Error | null = null;
  /** The most live batches that waited to be stored at once, and how long they were as JSON. */
  readonly mostUncommitted: { batches: number; length: number } = { batches: 0, length: 0 };
  /** While true, live batches move no cursor. */
  catchingUp = true;
  /** Whether a run is on; outside one, the adapter has nothing to say. */
  running = false;
  #changed: () => void = () => {};
  readonly #uncommitted: { batches: number; length: number } = { batches: 0, length: 0 };
  #held: Promise<void> | null = null;

  /** Calls back after everything that the adapter tells. */
  onChange(changed: () => void): void {
    this.#changed = changed;
  }

  async secret(name: string): Promise<string | null> {
    return this.secrets.get(name) ?? null;
  }

  async setSecret(name: string, value: string | null): Promise<void> {
    if (value === null) this.secrets.delete(name);
    else this.secrets.set(name, value);
  }

  log(level: 'debug' | 'info' | 'warn', code: string, data?: JsonObject): void {
    const text = JSON.stringify([level, code, data ?? null]);
    for (const [name, secret] of this.secrets) {
      if (secret.length > 3 && text.includes(secret)) this.faults.push(`the log shows the secret "${name}"`);
    }
  }

  phase(phase: Phase): void {
    this.#inRun(`phase ${phase}`);
    this.phases.push(phase);
    this.#changed();
  }

  capabilities(scope: 'account' | { readonly conversation: RemoteKey }, capabilities: Capabilities): void {
    this.#inRun('capabilities');
    if (scope === 'account') this.accountCapabilities = capabilities;
    else this.conversationCapabilities.set(scope.conversation, capabilities);
  }

  roster(state: RosterState): void {
    this.#inRun('roster');
    this.rosterState = state;
    this.#changed();
  }

  attention(items: readonly Attention[]): void {
    this.attentions = items;
  }

  announcements(): void {}

  async commit(batch: Batch): Promise<void> {
    this.#inRun('a commit');
    if (this.#held !== null) await this.#wait(batch, this.#held);
    this.take(batch, batch.origin === 'archive' || !this.catchingUp);
  }

  async #wait(batch: Batch, held: Promise<void>): Promise<void> {
    const { length } = JSON.stringify(batch);
    const [now, most] = [this.#uncommitted, this.mostUncommitted];
    now.batches += 1;
    now.length += length;
    most.batches = Math.max(most.batches, now.batches);
    most.length = Math.max(most.length, now.length);
    await held;
    now.batches -= 1;
    now.length -= length;
  }

  /** Stores nothing of what is told from now on, until the answer is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    return () => {
      this.#held = null;
      resolve();
    };
  }

  /** Stores a batch; throws what a dead store would. */
  take(batch: Batch, takeCursors: boolean): void {
    if (this.broken !== null) throw this.broken;
    this.faults.push(...faultsOfBatch(batch));
    this.batches.push(batch);
    this.ledger.apply(batch, takeCursors);
    this.crashPoints.push(this.ledger.copy());
    this.#changed();
  }

  hint(events: readonly Ephemeral[]): void {
    this.#inRun('a hint');
    this.faults.push(...faultsOfData('a hint', events));
    this.hints.push(...events);
    this.#changed();
  }

  async state(prefix: string): Promise<Readonly<Record<string, Opaque>>> {
    return Object.fromEntries(Object.entries(this.ledger.state).filter(([key]) => key.startsWith(prefix)));
  }

  async checkpoint(operation: OperationId, memo: Opaque): Promise<void> {
    this.memos.set(operation, memo);
  }

  async ask(_about: 'verify' | 'trust' | 'recover', interaction: Interaction): Promise<void> {
    this.asked.push(interaction);
  }

  async readBlob(blob: BlobId, offset: number): Promise<ReadableStream<Uint8Array>> {
    const bytes = this.blobs.get(blob);
    if (bytes === undefined) throw new Error(`there is no blob ${blob}`);
    return new Blob([new Uint8Array(bytes.subarray(offset))]).stream();
  }

  async writeBlob(blob: BlobId, offset: number): Promise<WritableStream<Uint8Array>> {
    const parts: Uint8Array[] = [(this.blobs.get(blob) ?? new Uint8Array()).slice(0, offset)];
    return new WritableStream({
      write: (bytes) => void parts.push(bytes.slice()),
      close: () => void this.blobs.set(blob, new Uint8Array(Buffer.concat(parts))),
    });
  }

  #inRun(what: string): void {
    if (!this.running) this.faults.push(`the adapter told ${what} outside a run`);
  }
}
