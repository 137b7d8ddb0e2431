import type { Signal } from '../../contract/index.ts';
import type { AccountId, Operation } from '../../model/index.ts';
import type { TransferTable } from '../client/transfers.ts';
import type { Environment } from '../environment.ts';
import type { InteractionTable } from './interactions.ts';
import { AccountRunner } from './runner.ts';

/** One runner for each enabled account whose adapter is installed. */
export class Runners {
  readonly #environment: Environment;
  readonly #transfers: TransferTable;
  readonly #interactions: InteractionTable;
  readonly #runners = new Map<AccountId, AccountRunner>();
  #open = false;

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

  /** Starts the enabled accounts. */
  async open(): Promise<void> {
    this.#open = true;
    for (const [id] of this.#environment.profile.accounts.entries()) await this.apply(id);
  }

  /** Makes actual what is desired: runs an enabled account, stops a disabled or removed one. */
  async apply(account: AccountId): Promise<void> {
    const record = this.#environment.profile.accounts.get(account);
    const running = this.#runners.get(account);
    const adapter = record === undefined ? undefined : this.#environment.adapters.get(record.network);
    const wanted = this.#open && record?.enabled === true && adapter !== undefined;
    if (wanted && !running) {
      this.#runners.set(
        account,
        new AccountRunner(this.#environment, adapter, account, this.#transfers, this.#interactions),
      );
    } else if (!wanted && running) {
      await running.stop();
      if (this.#runners.get(account) === running) this.#runners.delete(account);
    }
  }

  /** Runs an account afresh: its settings or secrets have changed. */
  async restart(account: AccountId): Promise<void> {
    const running = this.#runners.get(account);
    if (running) {
      await running.stop();
      if (this.#runners.get(account) === running) this.#runners.delete(account);
    }
    await this.apply(account);
  }

  /** Tells an account that is online something that need not be told twice. */
  signal(account: AccountId, signal: Signal): void {
    const runner = this.#runners.get(account);
    if (runner?.online) runner.session.signal(signal);
  }

  /** An operation was put into the outbox, or changed. */
  note(operation: Operation): void {
    this.#runners.get(operation.account)?.note(operation);
  }

  async close(): Promise<void> {
    this.#open = false;
    await Promise.all([...this.#runners.values()].map((runner) => runner.stop()));
    this.#runners.clear();
  }
}
