import type { Batch, Ephemeral, Interaction, SessionHost } from '../../contract/index.ts';
import { accountScope, conversationScope } from '../../contract/index.ts';
import type {
  AccountId,
  Announcement,
  Attention,
  BlobId,
  Capabilities,
  ErrorData,
  JsonObject,
  Opaque,
  OperationId,
  RemoteKey,
  RosterState,
} from '../../model/index.ts';
import { NatterError, errorData, toErrorData } from '../../model/index.ts';
import type { Environment } from '../environment.ts';
import { ingestBatch } from '../ingest/batch.ts';
import type { Scope } from '../ingest/scope.ts';
import { validateBatch } from '../ingest/validate.ts';
import type { AccountStatus } from '../state/account-status.ts';
import { Chain } from '../state/commit-queue.ts';
import type { Hints } from './hints.ts';

/** Most announcements of one account that are shown; a server may say as many as it likes. */
const MOST_ANNOUNCEMENTS = 200;

/** What the account's runner hears of its session. */
export interface SessionEvents {
  phase(phase: 'connecting' | 'authenticating' | 'syncing' | 'online', progress?: number): void;
  ask(about: 'verify' | 'trust' | 'recover', interaction: Interaction): Promise<void>;
  /** Something that it told could not be stored: the run must not go on behind it. */
  failed(error: ErrorData): void;
}

/** The hub as one session sees it. Calls outside of a run are refused: a session that was ended has no say any more. */
export class HostOfSession implements SessionHost {
  readonly #environment: Environment;
  readonly #account: AccountId;
  readonly #hints: Hints;
  readonly #events: SessionEvents;
  /** What the present run has told; `null` between runs. */
  #told: Chain | null = null;

  constructor(environment: Environment, account: AccountId, hints: Hints, events: SessionEvents) {
    this.#environment = environment;
    this.#account = account;
    this.#hints = hints;
    this.#events = events;
  }

  /** A run begins: it may tell. */
  begin(): void {
    this.#told = new Chain();
  }

  /** The run is over: nothing that it says counts any more. */
  end(): void {
    this.#told = null;
  }

  get #running(): boolean {
    return this.#told !== null;
  }

  secret(name: string): Promise<string | null> {
    return this.#environment.secrets.get(this.#account, name);
  }

  setSecret(name: string, value: string | null): Promise<void> {
    return this.#environment.secrets.set(this.#account, name, value);
  }

  log(level: 'debug' | 'info' | 'warn', code: string, data?: JsonObject): void {
    this.#environment.log(level, code, { ...data, account: this.#account });
  }

  phase(phase: 'connecting' | 'authenticating' | 'syncing' | 'online', progress?: number): void {
    if (this.#running) this.#events.phase(phase, progress);
  }

  capabilities(scope: 'account' | { readonly conversation: RemoteKey }, capabilities: Capabilities): void {
    if (scope === 'account') {
      this.#status({ capabilities });
      return;
    }
    const value = { capabilities };
    this.commit({
      origin: 'live',
      events: [{ type: 'upsert', of: 'conversation', key: scope.conversation, value }],
    }).catch((error: unknown) =>
      this.log('warn', 'capabilities-not-stored', { reason: toErrorData(error).message }),
    );
  }

  roster(roster: RosterState): void {
    this.#status({ roster });
  }

  attention(attention: readonly Attention[]): void {
    this.#status({ attention });
  }

  announcements(announcements: readonly Announcement[]): void {
    this.#status({ announcements: announcements.slice(-MOST_ANNOUNCEMENTS) });
  }

  async commit(batch: Batch): Promise<void> {
    const told = this.#told;
    if (told === null) throw new NatterError(errorData('closed', 'the run has ended', { scope: 'account' }));
    try {
      await this.commitFor(batch, 'live', told);
    } catch (error) {
      // The session is asked to end by itself; what it makes of that is not left to it.
      if (told === this.#told) this.#events.failed(toErrorData(error, { scope: 'account' }));
      throw error;
    }
  }

  /** Commits what a session told by itself, or what the hub has asked it for. */
  async commitFor(batch: Batch, purpose: Scope['purpose'], chain: Chain | null = null): Promise<void> {
    const { queue, profile, now } = this.#environment;
    await queue.run(async (transaction) => {
      validateBatch(this.#account, batch);
      const account = transaction.accounts.get(this.#account);
      if (!account)
        throw new NatterError(errorData('closed', 'the account was removed', { scope: 'account' }));
      const { order } = profile.statuses.get(account.id)?.capabilities ?? { order: 'arrival' as const };
      const news = purpose !== 'history' && batch.origin !== 'snapshot';
      const held = purpose === 'live' && profile.catchingUp.has(account.id) ? this.#heldScopes(batch) : none;
      await ingestBatch({ transaction, account, order, purpose, news, now: now() }, batch, held);
    }, chain);
  }

  hint(events: readonly Ephemeral[]): void {
    if (this.#running) this.#hints.add(events);
  }

  state(prefix: string): Promise<Readonly<Record<string, Opaque>>> {
    const entries = [...this.#environment.profile.states.entries(this.#account)];
    return Promise.resolve(Object.fromEntries(entries.filter(([key]) => key.startsWith(prefix))));
  }

  async checkpoint(operation: OperationId, memo: Opaque): Promise<void> {
    await this.#environment.queue.run((transaction) => {
      const known = transaction.operations.get(operation);
      if (known?.account === this.#account) transaction.putOperation({ ...known, memo });
    });
  }

  ask(about: 'verify' | 'trust' | 'recover', interaction: Interaction): Promise<void> {
    return this.#events.ask(about, interaction);
  }

  readBlob(blob: BlobId, offset: number): Promise<ReadableStream<Uint8Array>> {
    return this.#environment.blobs.read(blob, offset);
  }

  writeBlob(blob: BlobId, offset: number): Promise<WritableStream<Uint8Array>> {
    return this.#environment.blobs.write(blob, offset);
  }

  /** A live message during catch-up moves no catch-up cursor: what lies between is not stored yet. */
  #heldScopes(batch: Batch): ReadonlySet<string> {
    const prefix = conversationScope('' as RemoteKey);
    return new Set(
      Object.keys(batch.cursors ?? {}).filter((scope) => scope === accountScope || scope.startsWith(prefix)),
    );
  }

  #status(change: Partial<AccountStatus>): void {
    const { statuses } = this.#environment.profile;
    const now = statuses.get(this.#account);
    if (now && this.#running) statuses.set(this.#account, { ...now, ...change });
  }
}

const none: ReadonlySet<string> = new Set();
