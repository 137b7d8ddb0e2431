import type { MessageId } from '../model/index.ts';
import type { Row } from './conversation-rows.ts';

/** Rows by the hub's id. Most are never asked for by it, so new rows wait until somebody asks for any. */
export class RowsById {
  readonly #rows = new Map<MessageId, Row>();
  #waiting: Row[] = [];

  /** All of them. */
  get all(): Map<MessageId, Row> {
    if (this.#waiting.length > 0) {
      for (const row of this.#waiting) this.#rows.set(row.message.id, row);
      this.#waiting = [];
    }
    return this.#rows;
  }

  /** Adds a row whose id is not there yet. */
  add(row: Row): void {
    this.#waiting.push(row);
  }

  /** Takes back what was added last and not taken back yet. */
  takeBack(row: Row): void {
    if (this.#waiting.at(-1) === row) this.#waiting.pop();
    else this.#rows.delete(row.message.id);
  }
}
