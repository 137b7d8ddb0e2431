import type { Session, Signal } from '../../contract/index.ts';
import type { AccountId, Operation } from '../../model/index.ts';
import { NatterError, errorData, toErrorData } from '../../model/index.ts';
import type { TransferTable } from '../client/transfers.ts';
import type { Environment } from '../environment.ts';
import type { InteractionTable } from './interactions.ts';
import { Hints } from './hints.ts';
import { AccountRunner, specOf } from './runner.ts';
import { HostOfSession } from './session-host.ts';
import type { SessionEvents } from './session-host.ts';

/** One runner for each enabled account whose adapter is installed. */
export class Runners {
  readonly #environment: Environment;
  readonly #transfers: TransferTable;
  readonly #interactions: InteractionTable;
  readonly #runners = new Map<AccountId, AccountRunner>();
  readonly #turns = new Map<AccountId, Promise<void>>();
  #open = false;
  #focused = true;

  constructor(environment: Environment, transfers: TransferTable, interactions: InteractionTable) {
    this.#environment = environment;
    this.#transfers = transfers;
    this.#interactions = interactions;
  }

  get all(): ReadonlyMap<AccountId, AccountRunner> {
    return this.#runners;
  }

  get(account: AccountId): AccountRunner | undefined {
    return this.#runners.get(account);
  }

  /** The session of an account; one that does not run is opened, to be told that the account goes. */
  sessionOf(account: AccountId): Session | null {
    const running = this.#runners.get(account);
    if (running) return running.session;
    const { profile, adapters } = this.#environment;
    const record = profile.accounts.get(account);
    const adapter = record && adapters.get(record.network);
    if (!adapter) return null;
    const hints = new Hints(this.#environment, this.#transfers, account);
    return adapter.open(specOf(record), new HostOfSession(this.#environment, account, hints, noEvents));
  }

  /** Starts the enabled accounts. */
  async open(): Promise<void> {
    this.#open = true;
    for (const [id] of this.#environment.profile.accounts.entries()) {
      try {
        await this.apply(id);
      } catch (error) {
        // An adapter that cannot even open its account keeps nobody else's from starting.
        this.#environment.log('error', 'account-not-started', {
          account: id,
          reason: toErrorData(error).message,
        });
      }
    }
  }

  /** Makes actual what is desired: runs an enabled account, stops a disabled or removed one. */
  apply(account: AccountId): Promise<void> {
    return this.#inTurn(account, () => this.#apply(account));
  }

  /** Runs an account afresh: its settings or secrets have changed. */
  restart(account: AccountId): Promise<void> {
    return this.#inTurn(account, async () => {
      await this.#halt(account);
      await this.#apply(account);
    });
  }

  /** One change of an account after the other: while it stops, the user may have enabled it again. */
  #inTurn(account: AccountId, change: () => Promise<void>): Promise<void> {
    const before = this.#turns.get(account) ?? Promise.resolve();
    const turn = before.then(change);
    const over = turn
      .catch(() => undefined)
      .finally(() => {
        if (this.#turns.get(account) === over) this.#turns.delete(account);
      });
    this.#turns.set(account, over);
    return turn;
  }

  async #apply(account: AccountId): Promise<void> {
    const record = this.#environment.profile.accounts.get(account);
    const running = this.#runners.get(account);
    const adapter = record === undefined ? undefined : this.#environment.adapters.get(record.network);
    const wanted = this.#open && record?.enabled === true && adapter !== undefined;
    if (wanted && !running) {
      this.#runners.set(
        account,
        new AccountRunner(this.#environment, adapter, account, this.#transfers, this.#interactions, () =>
          this.#cameOnline(account),
        ),
      );
    } else if (!wanted) await this.#halt(account);
  }

  async #halt(account: AccountId): Promise<void> {
    await this.#runners.get(account)?.stop();
    this.#runners.delete(account);
  }

  /** Tells an account that is online something that need not be told twice. */
  signal(account: AccountId, signal: Signal): void {
    const runner = this.#runners.get(account);
    if (!runner?.online) return;
    try {
      runner.session.signal(signal);
    } catch (error) {
      this.#environment.log('warn', 'signal-failed', { account, reason: toErrorData(error).message });
    }
  }

  /** Somebody looks at a front end, or nobody does any more: every account is told, also those that come online later. */
  focus(active: boolean): void {
    if (this.#focused === active) return;
    this.#focused = active;
    for (const account of this.#runners.keys()) this.signal(account, { type: 'focus', active });
  }

  /** A network takes it that somebody looks at a new connection. */
  #cameOnline(account: AccountId): void {
    if (!this.#focused) this.signal(account, { type: 'focus', active: false });
  }

  /** An operation was put into the outbox, or changed. */
  note(operation: Operation): void {
    this.#runners.get(operation.account)?.note(operation);
  }

  async close(): Promise<void> {
    this.#open = false;
    await Promise.all(this.#turns.values());
    await Promise.all([...this.#runners.values()].map((runner) => runner.stop()));
    this.#runners.clear();
  }
}

/** Of a session that is never run. */
const noEvents: SessionEvents = {
  phase: () => undefined,
  failed: () => undefined,
  ask: async () => {
    throw new NatterError(errorData('closed', 'the account is not connected', { scope: 'account' }));
  },
};
