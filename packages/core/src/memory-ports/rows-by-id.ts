import type { MessageId } from '../model/index.ts';
import type { Row } from './conversation-rows.ts';

/** Rows by the hub's id. Most are never asked for by it, so new ones wait, as they came, until somebody asks for any. */
export class RowsById {
  readonly #rows = new Map<MessageId, Row>();
  #waiting: (readonly Row[])[] = [];

  /** All of them. */
  get all(): Map<MessageId, Row> {
    if (this.#waiting.length > 0) {
      for (const rows of this.#waiting) for (const row of rows) this.#rows.set(row.message.id, row);
      this.#waiting = [];
    }
    return this.#rows;
  }

  /** Adds rows whose ids are not there yet. The list may still grow until somebody asks for any. */
  add(rows: readonly Row[]): void {
    this.#waiting.push(rows);
  }

  /** Takes back what was added last and not taken back yet. */
  takeBack(rows: readonly Row[]): void {
    if (this.#waiting.at(-1) === rows) this.#waiting.pop();
    else for (const row of rows) this.#rows.delete(row.message.id);
  }
}
