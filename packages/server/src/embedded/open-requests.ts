import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { AccountId } from '../ports/identifiers.ts';
import { Refusal } from '../ports/refusal.ts';
import type { Relation } from '../roster/transition.ts';
import { integer } from './columns.ts';

/** Bounds on contact requests that nobody has answered yet. */
export interface OpenRequestLimits {
  /** Of one account. */
  readonly openRequests: number;
  /** Of people whom the account has not listed itself, at that account. */
  readonly strangerRequests: number;
}

/**
 * Keeps strangers from filling rosters that are not theirs: bounds the contact requests that one account has open, and those
 * of strangers that wait at one account. Used inside a transaction, before it writes.
 */
export class OpenRequests {
  readonly #limits: OpenRequestLimits;
  readonly #ofSender: StatementSync;
  readonly #atRecipient: StatementSync;

  constructor(database: DatabaseSync, limits: OpenRequestLimits) {
    this.#limits = limits;
    // The conditions are those of the partial indexes, so only such rows are counted through.
    this.#ofSender = database.prepare(
      `SELECT count(*) AS count FROM roster WHERE owner = ? AND to_state = 'pending' AND gone = 0`,
    );
    this.#atRecipient = database.prepare(
      `SELECT count(*) AS count FROM roster WHERE owner = ? AND from_state = 'pending' AND listed = 0 AND gone = 0`,
    );
  }

  /**
   * That there is room for what `sender` asks of `recipient`. A block plays no part in it: whom the recipient has blocked is
   * refused like everybody else, and so does not find out.
   * @throws Refusal `full`
   */
  requireRoom(sender: AccountId, recipient: AccountId, before: Relation, after: Relation): void {
    if (after.own?.to !== 'pending' || before.own?.to === 'pending') return;
    const { openRequests, strangerRequests } = this.#limits;
    if (count(this.#ofSender, sender) >= openRequests)
      throw new Refusal(
        'full',
        `At most ${openRequests} of your contact requests can await an answer; take back one that nobody answers.`,
      );
    if (before.theirs?.listed === true || before.theirs?.from === 'pending') return;
    if (count(this.#atRecipient, recipient) >= strangerRequests)
      throw new Refusal(
        'full',
        'This person has as many unanswered contact requests as the server keeps; try again later.',
      );
  }
}

function count(statement: StatementSync, owner: AccountId): number {
  return integer(statement.get(owner) ?? {}, 'count');
}
