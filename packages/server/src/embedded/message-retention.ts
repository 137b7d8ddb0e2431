import type { StatementSync } from 'node:sqlite';
import type { AccountId, ConversationId } from '../ports/identifiers.ts';
import type { MessageRetention } from '../ports/message-retention.ts';
import { integer, textOrNull } from './columns.ts';
import { tellPins } from './conversation-settings.ts';
import type { MessageEndParts } from './message-removal.ts';

/** Messages of one transaction: bounds the time for which the event loop is held. */
const mostAtOnce = 200;
/** Conversations that are looked at in one turn. */
const page = 500;

/**
 * Removes old messages from SQLite. In a conversation the older ones come first, so each is looked at from where it was left
 * the last time, and no index by age is needed.
 */
export class SqliteMessageRetention implements MessageRetention {
  readonly #parts: MessageEndParts;
  readonly #conversations: StatementSync;
  readonly #oldest: StatementSync;
  readonly #keptFrom: StatementSync;
  readonly #setKeptFrom: StatementSync;

  constructor(parts: MessageEndParts) {
    this.#parts = parts;
    const { database } = parts;
    this.#conversations = database.prepare(`
      SELECT id, message.time FROM conversation JOIN message
        ON message.conversation = id AND message.seq = kept_from
      WHERE id > ? ORDER BY id LIMIT ?`);
    this.#oldest = database.prepare(
      'SELECT seq, sender, time, body, gone FROM message WHERE conversation = ? AND seq >= ? ORDER BY seq LIMIT ?',
    );
    this.#keptFrom = database.prepare('SELECT kept_from FROM conversation WHERE id = ?');
    this.#setKeptFrom = database.prepare('UPDATE conversation SET kept_from = ? WHERE id = ?');
  }

  async removeBefore(time: number): Promise<number> {
    let removed = 0;
    for (let after = 0; ;) {
      const rows = this.#conversations.all(after, page);
      for (const row of rows) {
        if (integer(row, 'time') >= time) continue;
        const id = integer(row, 'id');
        let step: { readonly removed: number; readonly more: boolean };
        do {
          step = await this.#parts.journal.write(() => this.#removeSome(id, time));
          removed += step.removed;
        } while (step.more);
      }
      const last = rows.at(-1);
      if (last === undefined) return removed;
      after = integer(last, 'id');
    }
  }

  #removeSome(id: ConversationId, before: number): { removed: number; more: boolean } {
    const from = integer(this.#keptFrom.get(id) ?? {}, 'kept_from');
    const rows = this.#oldest.all(id, from, mostAtOnce);
    const young = rows.findIndex((row) => integer(row, 'time') >= before);
    const old = young === -1 ? rows : rows.slice(0, young);
    const last = old.at(-1);
    if (last === undefined) return { removed: 0, more: false };
    let unpinnedOf: AccountId | null = null;
    for (const row of old) {
      if (integer(row, 'gone') === 1) continue;
      if (this.#parts.removal.remove(id, integer(row, 'seq'), textOrNull(row, 'body')))
        unpinnedOf = integer(row, 'sender');
    }
    this.#setKeptFrom.run(integer(last, 'seq') + 1, id);
    if (unpinnedOf !== null) {
      this.#parts.records.forget(id);
      tellPins(this.#parts, id, unpinnedOf);
    }
    return {
      removed: old.filter((row) => integer(row, 'gone') === 0).length,
      more: old.length === mostAtOnce,
    };
  }
}
