import type { MarkerKind } from '@natter/native-protocol';
import { errorOf } from '../mapping/errors.ts';
import type { Context } from './context.ts';

/** The protocol's bound on one request. */
const marksAtOnce = 200;

interface Received {
  /** The place in the update log that has to be stored first. */
  readonly cursor: number;
  readonly marks: ReadonlyMap<string, number>;
}

/**
 * Tells senders that their messages have arrived, once these are stored and not before. While one request is under way
 * the next marks gather, so a burst of messages costs few receipts.
 */
export class DeliveryReceipts {
  readonly #context: Context;
  #received: Received[] = [];
  readonly #due = new Map<string, number>();
  #sending = false;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Messages up to a place in the update log came in. */
  note(cursor: number, marks: ReadonlyMap<string, number>): void {
    if (marks.size > 0) this.#received.push({ cursor, marks });
  }

  /** Everything up to a place is stored. */
  stored(cursor: number): void {
    const stored = this.#received.filter((entry) => entry.cursor <= cursor);
    if (stored.length === 0) return;
    this.#received = this.#received.filter((entry) => entry.cursor > cursor);
    for (const { marks } of stored) {
      for (const [conversation, seq] of marks)
        this.#due.set(conversation, Math.max(seq, this.#due.get(conversation) ?? 0));
    }
    if (!this.#sending) void this.#send();
  }

  /** A receipt that is lost is no harm: the next one says as much, and reading says more. */
  async #send(): Promise<void> {
    this.#sending = true;
    while (this.#due.size > 0) {
      const marks = [...this.#due].slice(0, marksAtOnce);
      for (const [conversation] of marks) this.#due.delete(conversation);
      try {
        await mark(this.#context, 'delivered', marks);
      } catch (caught) {
        this.#context.host.log('debug', 'native.receipt-failed', {
          code: errorOf(caught, 'conversation').code,
        });
        this.#due.clear();
      }
    }
    this.#sending = false;
  }
}

/** Moves our markers forward. Rejects with a RequestError. */
export async function mark(
  context: Context,
  kind: MarkerKind,
  marks: readonly (readonly [conversation: string, seq: number])[],
  signal?: AbortSignal,
): Promise<void> {
  const list = marks.map(([conversation, seq]) => ({ conversation, seq }));
  await context.connection.request('mark', (id) => ({ type: 'mark', id, kind, marks: list }), signal);
}
