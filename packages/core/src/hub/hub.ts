import type { Adapter } from '../contract/index.ts';
import type { Handlers } from '../link/handlers.ts';
import type { Operation } from '../model/index.ts';
import { NatterError, errorData, isFinal } from '../model/index.ts';
import type { BlobStore, SecretStore, Store } from '../ports/index.ts';
import { InteractionTable } from './accounts/interactions.ts';
import { Runners } from './accounts/runners.ts';
import { SignIn } from './accounts/sign-in.ts';
import { defaultBackoff } from './backoff.ts';
import type { BackoffPolicy } from './backoff.ts';
import type { ClientContext } from './client/context.ts';
import { ConversationRows } from './client/conversation-rows.ts';
import { clientHandlers } from './client/handlers.ts';
import { NewsDispatch } from './client/news-dispatch.ts';
import { PersonRows } from './client/person-rows.ts';
import { TransferTable } from './client/transfers.ts';
import type { Environment, LogSink } from './environment.ts';
import { presenceExpiry, typingExpiry } from './expiries.ts';
import { LooseBlobs } from './loose-blobs.ts';
import { defaultPatience } from './patience.ts';
import { CommitQueue } from './state/commit-queue.ts';
import { Profile } from './state/profile.ts';

/** What a hub is made of. */
export interface HubOptions {
  /** Owned by the hub from now on: it is closed with it. */
  readonly store: Store;
  readonly secrets: SecretStore;
  readonly blobs: BlobStore;
  readonly adapters: readonly Adapter[];
  /** Without it nothing is logged. */
  readonly log?: LogSink;
  readonly backoff?: Partial<BackoffPolicy>;
  /** Milliseconds that a session gets to answer after it was told to stop; then it is left behind. 5000 by default. */
  readonly patience?: number;
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number;
  /** What `client.info` tells. */
  readonly version?: string;
}

/** One profile's accounts, merged. Front ends reach it over a link to {@link Hub.handlers}. */
export interface Hub {
  /** What stands behind links: `directLink(hub.handlers)` in-process, `serveLink(hub.handlers, duplex)` across one. */
  readonly handlers: Handlers;
  /** What the hub keeps in memory, live. For embedding applications; front ends use a link. */
  readonly profile: Profile;
  /** Connects the enabled accounts. Until then the hub only reads and writes the store. */
  connect(): Promise<void>;
  /** Disconnects, completes every stream, and closes the store. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens a profile. Rejects with a NatterError of code `storage` when the store cannot be read.
 *
 * @example
 * const hub = await createHub({ store: memoryStore(), secrets, blobs, adapters: [memoryAdapter] });
 * await hub.connect();
 */
export async function createHub(options: HubOptions): Promise<Hub> {
  const log: LogSink = options.log ?? (() => undefined);
  const profile = new Profile((error) =>
    log('error', 'subscriber-threw', { reason: error instanceof Error ? error.message : String(error) }),
  );
  profile.fill(await options.store.load());
  const environment: Environment = {
    profile,
    store: options.store,
    queue: new CommitQueue(profile, options.store),
    secrets: options.secrets,
    blobs: options.blobs,
    adapters: new Map(options.adapters.map((adapter) => [adapter.id, supported(adapter)])),
    backoff: { ...defaultBackoff, ...options.backoff },
    patience: options.patience ?? defaultPatience,
    now: options.now ?? Date.now,
    log,
  };
  return new RunningHub(environment, options.version ?? '0.0.0');
}

/** An adapter of another contract version would misunderstand us and we it. */
function supported(adapter: Adapter): Adapter {
  // A JavaScript adapter, or one of another release, is not held to the type.
  if (Object.is(adapter.contract, 1)) return adapter;
  throw new NatterError(
    errorData('unsupported', `the adapter ${adapter.id} speaks another version of the contract`),
  );
}

class RunningHub implements Hub {
  readonly handlers: Handlers;
  readonly profile: Profile;
  readonly #environment: Environment;
  readonly #runners: Runners;
  readonly #interactions: InteractionTable;
  readonly #news: NewsDispatch;
  readonly #expiries: readonly { close(): void }[];
  readonly #looseBlobs: LooseBlobs;
  readonly #stopOutbox: () => void;
  #closing: Promise<void> | null = null;

  constructor(environment: Environment, version: string) {
    const { profile } = environment;
    this.#environment = environment;
    this.profile = profile;
    const transfers = new TransferTable(profile.frames);
    this.#interactions = new InteractionTable(profile.frames, environment.patience);
    this.#runners = new Runners(environment, transfers, this.#interactions);
    this.#news = new NewsDispatch(profile.news.event$);
    this.#expiries = [typingExpiry(profile, environment.now), presenceExpiry(profile, environment.now)];
    this.#looseBlobs = new LooseBlobs(environment);
    this.#stopOutbox = followOperations(environment, (operation) => {
      this.#looseBlobs.adopt(operation.body);
      this.#runners.note(operation);
    });
    let people: PersonRows | null = null;
    let conversations: ConversationRows | null = null;
    const context: ClientContext = {
      environment,
      runners: this.#runners.all,
      interactions: this.#interactions,
      transfers,
      looseBlobs: this.#looseBlobs,
      // Made when somebody first looks: a hub that only takes in messages keeps no lists.
      get people() {
        people ??= new PersonRows(profile);
        return people;
      },
      get conversations() {
        conversations ??= new ConversationRows(profile);
        return conversations;
      },
      news: this.#news,
      version,
    };
    // Signing in again ends what the old credentials are waiting for.
    const signIn = new SignIn(environment, this.#interactions, (account) => this.#restart(account));
    this.handlers = clientHandlers(context, this.#runners, signIn);
  }

  connect(): Promise<void> {
    return this.#runners.open();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #restart(account: Operation['account']): void {
    this.#runners.restart(account).catch((error: unknown) => {
      this.#environment.log('error', 'account-not-started', {
        account,
        reason: error instanceof Error ? error.message : String(error),
      });
    });
  }

  async #close(): Promise<void> {
    const { queue, store, profile } = this.#environment;
    await this.#interactions.close();
    await this.#runners.close();
    this.#stopOutbox();
    this.#news.close();
    for (const expiry of this.#expiries) expiry.close();
    await queue.idle();
    // Also what was asked for last of all, when nobody followed operations any more.
    for (const [, operation] of profile.operations.entries()) this.#looseBlobs.adopt(operation.body);
    await this.#looseBlobs.close();
    const { accounts, statuses, contacts, presences, persons, conversations, operations, typists, news } =
      profile;
    profile.frames.run(() => {
      for (const collection of [
        accounts,
        statuses,
        contacts,
        presences,
        persons,
        conversations,
        operations,
        typists,
        news,
      ])
        collection.end();
    });
    await store.close();
  }
}

/** How many final operations stay in memory for those who still look at them. */
const keptFinal = 1000;

/** Brings every operation that is written to its account's outbox, and lets final ones go when they are many. */
function followOperations({ profile }: Environment, note: (operation: Operation) => void): () => void {
  const final: Operation['id'][] = [];
  const subscription = profile.operations.delta$.subscribe((delta) => {
    if ('reset' in delta) return;
    for (const [id, operation] of delta.set) {
      note(operation);
      if (isFinal(operation.state)) final.push(id);
    }
    while (final.length > keptFinal) forget(final.shift());
  });
  const forget = (id: Operation['id'] | undefined): void => {
    const operation = id === undefined ? undefined : profile.operations.get(id);
    if (id === undefined || !operation || !isFinal(operation.state)) return;
    profile.operations.delete(id);
    profile.operationKeys.delete(operation.key);
  };
  return () => subscription.unsubscribe();
}
