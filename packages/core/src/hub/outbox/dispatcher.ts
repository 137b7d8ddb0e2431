import type { Outcome, Session } from '../../contract/index.ts';
import type { AccountId, Capabilities, ErrorData, Operation, OperationId } from '../../model/index.ts';
import { errorData, isFinal, toErrorData } from '../../model/index.ts';
import { backoffDelay } from '../backoff.ts';
import type { Environment } from '../environment.ts';
import { withPatience } from '../patience.ts';
import { sleep } from '../sleep.ts';
import { Lanes } from './lanes.ts';
import { outcomeOf } from './outcome-of.ts';
import { applyOutcome } from './outcome.ts';
import { markSending } from './sending.ts';
import { translate } from './translate.ts';

/** How often an operation is asked for by `verify` in one connection before its doubt is left to the next one. */
const verifyTries = 3;

/** Brings one account's outbox to its network while the account is online. */
export class Dispatcher {
  readonly #environment: Environment;
  readonly #account: AccountId;
  readonly #session: Session;
  readonly #lanes = new Lanes();
  readonly #busy = new Map<string, Promise<void>>();
  /** Busy lanes in which something may have changed behind their back: they look again. */
  readonly #stale = new Set<string>();
  #signal: AbortSignal | null = null;

  constructor(environment: Environment, account: AccountId, session: Session) {
    this.#environment = environment;
    this.#account = account;
    this.#session = session;
    for (const [, operation] of environment.profile.operations.entries()) {
      if (operation.account === account) this.#lanes.add(operation);
    }
  }

  /** The account is online and has caught up: go, until the signal aborts. */
  open(signal: AbortSignal): void {
    this.#signal = signal;
    this.#wakeAll();
  }

  /** Called for each operation of the account that changed. */
  note(operation: Operation): void {
    this.#lanes.add(operation);
    // One that became final may be what others waited for.
    this.#wakeAll();
  }

  /** Resolves when nothing is with the session any more; call it after the signal of {@link open} aborted. */
  async idle(): Promise<void> {
    await Promise.all(this.#busy.values());
    this.#signal = null;
  }

  #wakeAll(): void {
    const signal = this.#signal;
    if (signal === null || signal.aborted) return;
    for (const name of this.#lanes.names()) {
      if (this.#busy.has(name)) {
        this.#stale.add(name);
        continue;
      }
      const drained = this.#drain(name, signal).catch((error: unknown) =>
        this.#environment.log('error', 'outbox-stopped', { reason: toErrorData(error).message }),
      );
      const left = drained.finally(() => {
        this.#busy.delete(name);
        if (this.#stale.delete(name)) this.#wakeAll();
      });
      this.#busy.set(name, left);
    }
  }

  async #drain(name: string, signal: AbortSignal): Promise<void> {
    for (let tries = 0; !signal.aborted;) {
      const id = this.#lanes.first(name);
      if (id === undefined) return;
      const operation = this.#environment.profile.operations.get(id);
      if (!operation || isFinal(operation.state)) {
        this.#lanes.shift(name);
        tries = 0;
        continue;
      }
      const turn = operation.after.length === 0 ? null : await this.#turn(operation);
      if (turn === 'wait') return;
      const outcome = turn ?? (await this.#attempt(operation, signal, tries));
      await this.#settle(id, outcome);
      if (outcome.result !== 'not-sent' && outcome.result !== 'unknown') continue;
      tries += 1;
      await sleep(backoffDelay(this.#environment.backoff, tries, outcome.error.retryAfter ?? 0), signal);
    }
  }

  /** Whether what the operation depends on is there: `wait`, an outcome when it never will be, or `null` for go. */
  async #turn(operation: Operation): Promise<'wait' | Outcome | null> {
    const { profile, store } = this.#environment;
    for (const id of operation.after) {
      // What is final may have left the memory since, at a restart or because there are many.
      const earlier = profile.operations.get(id) ?? (await store.findOperation({ id }));
      if (!earlier || earlier.state === 'accepted' || earlier.state === 'unconfirmed') continue;
      if (!isFinal(earlier.state)) return 'wait';
      return {
        result: 'refused',
        error: errorData('not-found', 'what this refers to was not sent', { scope: 'operation' }),
      };
    }
    return null;
  }

  async #attempt(operation: Operation, signal: AbortSignal, tries: number): Promise<Outcome> {
    const inDoubt = operation.state === 'unknown' || operation.state === 'sending';
    try {
      if (!inDoubt) return await this.#perform(operation, signal);
      return await this.#resolveDoubt(operation, signal, tries);
    } catch (error) {
      const data = toErrorData(error, { scope: 'operation' });
      // Only our own translation and the store throw: the network was not asked.
      return data.code === 'not-found'
        ? { result: 'refused', error: data }
        : { result: inDoubt ? 'unknown' : 'not-sent', error: data };
    }
  }

  /** After an unknown outcome: resend only where the network deduplicates or where absence was proved. */
  async #resolveDoubt(operation: Operation, signal: AbortSignal, tries: number): Promise<Outcome> {
    switch (this.#resendMode()) {
      case 'idempotent':
        return this.#perform(operation, signal);
      case 'verify': {
        const { profile, store } = this.#environment;
        const op = await translate(profile, store, operation);
        const found = await this.#ask(() => this.#session.verify(op, signal), signal);
        if (found.result === 'not-sent') return this.#perform(operation, signal);
        return found.result === 'unknown' && tries >= verifyTries ? { result: 'unconfirmed' } : found;
      }
      case 'never':
        return { result: 'unconfirmed' };
      default:
        return { result: 'unconfirmed' };
    }
  }

  #resendMode(): Capabilities['resend'] {
    return this.#environment.profile.statuses.get(this.#account)?.capabilities.resend ?? 'never';
  }

  /** The attempt is durable before a byte leaves, so that a crash cannot turn "perhaps sent" into "not sent". */
  async #perform(operation: Operation, signal: AbortSignal): Promise<Outcome> {
    const { profile, store, queue, now } = this.#environment;
    const sending = await queue.run((transaction) => markSending(transaction, operation.id, now()));
    if (!sending) return { result: 'not-sent', error: cancelled };
    if (signal.aborted) return { result: 'not-sent', error: cancelled };
    const op = await translate(profile, store, sending);
    return this.#ask(() => this.#session.perform(op, signal), signal);
  }

  /** A session that breaks its word, by throwing or by hanging, leaves in doubt what it did. */
  async #ask(question: () => Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
    try {
      return outcomeOf(await withPatience(question, signal, this.#environment.patience));
    } catch (error) {
      const data = toErrorData(error, { scope: 'operation' });
      return { result: 'unknown', error: { ...data, retriable: true, certain: false } };
    }
  }

  async #settle(id: OperationId, outcome: Outcome): Promise<void> {
    const { queue, now } = this.#environment;
    await queue.run((transaction) => applyOutcome(transaction, id, outcome, now(), this.#account));
  }
}

const cancelled: ErrorData = errorData('aborted', 'the connection ended first', {
  scope: 'operation',
  retriable: true,
});
