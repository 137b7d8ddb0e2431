import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { PassCrashPoint } from '../crash-points.ts';
import type { Bus } from '../ports/bus.ts';
import type { AccountId, ConversationId } from '../ports/identifiers.ts';
import { integer } from './columns.ts';
import type { Participant } from './journal.ts';

/** Accounts whose last position is remembered; past it all are forgotten and read again. */
const mostHeads = 100_000;

/**
 * The writing side of the update logs: gives positions inside a transaction, and wakes the sessions after its commit.
 */
export class UpdateLog implements Participant {
  readonly #bus: Bus;
  readonly #pass: PassCrashPoint;
  readonly #insert: StatementSync;
  readonly #selectHead: StatementSync;
  readonly #heads = new Map<AccountId, number>();
  #wakes = new Map<AccountId, { first: number; updates: string[] }>();

  constructor(database: DatabaseSync, bus: Bus, pass: PassCrashPoint) {
    this.#bus = bus;
    this.#pass = pass;
    this.#insert = database.prepare(
      'INSERT INTO update_log (account, position, conversation, seq, data) VALUES (?, ?, ?, ?, ?)',
    );
    this.#selectHead = database.prepare(
      'SELECT coalesce(max(position), 0) AS head FROM update_log WHERE account = ?',
    );
  }

  /** The last position. */
  head(account: AccountId): number {
    const known = this.#heads.get(account);
    if (known !== undefined) return known;
    const head = integer(this.#selectHead.get(account) ?? {}, 'head');
    if (this.#heads.size >= mostHeads) this.#heads.clear();
    this.#heads.set(account, head);
    return head;
  }

  /**
   * Appends an entry that holds its own text: a protocol `Update` without its position. `about` names the message whose text
   * it repeats, so that it can be taken out with it.
   */
  append(
    account: AccountId,
    update: Readonly<Record<string, unknown>> & { readonly kind: string },
    about?: { readonly conversation: ConversationId; readonly seq: number },
  ): void {
    const data = JSON.stringify(update);
    this.#write(account, about?.conversation ?? null, about?.seq ?? null, data, data);
  }

  /** Appends a pointer to a message; `text` is the `message` update without its position. */
  appendMessage(account: AccountId, conversation: ConversationId, seq: number, text: string): void {
    this.#write(account, conversation, seq, null, text);
  }

  #write(
    account: AccountId,
    conversation: number | null,
    seq: number | null,
    data: string | null,
    text: string,
  ): void {
    const position = this.head(account) + 1;
    this.#insert.run(account, position, conversation, seq, data);
    this.#heads.set(account, position);
    this.#pass('after-update-row');
    const update = withPosition(position, text);
    const wake = this.#wakes.get(account);
    if (wake === undefined) this.#wakes.set(account, { first: position, updates: [update] });
    else wake.updates.push(update);
  }

  committed(): void {
    const wakes = this.#wakes;
    if (wakes.size === 0) return;
    this.#wakes = new Map();
    for (const [account, wake] of wakes) this.#bus.publish(account, { kind: 'updates', ...wake });
  }

  rolledBack(): void {
    this.#wakes = new Map();
    this.#heads.clear();
  }
}

/** Puts the position into the text of an update, without parsing it. */
export function withPosition(position: number, update: string): string {
  return `{"position":${position},${update.slice(1)}`;
}
