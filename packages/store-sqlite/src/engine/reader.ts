import type {
  ConversationId,
  Edges,
  Member,
  Message,
  MessageLookup,
  OperationName,
  Operation,
  OrderKey,
  Orphan,
  StoredChange,
  Target,
} from '@natter/core';
import { targetKey } from './apply.ts';
import { columnText, decodeMessage } from './codec.ts';
import type { Names } from './names.ts';
import type { Statements } from './statements.ts';

/** One row of a query. */
export type Row = Readonly<Record<string, unknown>>;

/** The message of a row with the columns `body` and `provisional`. */
export function messageOf(row: Row): Message {
  return decodeMessage(String(row['body']), row['provisional'] === 1);
}

/** The reads that need no more than one statement. */
export class Reader {
  readonly #statements: Statements;
  readonly #names: Names;

  constructor(statements: Statements, names: Names) {
    this.#statements = statements;
    this.#names = names;
  }

  findMessages(lookups: readonly MessageLookup[]): (Message | null)[] {
    return lookups.map((lookup) => {
      const row = this.#find(lookup);
      return row === undefined ? null : messageOf(row);
    });
  }

  edges(conversation: ConversationId): Edges {
    const end = (sql: string) =>
      this.#order(`SELECT ${sql} AS order_key FROM message WHERE conversation = ?`, conversation);
    return {
      first: end('min(order_key)'),
      last: end('max(order_key)'),
      lastSettled: this.#order(
        'SELECT order_key FROM message WHERE conversation = ? AND provisional = 0 ORDER BY order_key DESC LIMIT 1',
        conversation,
      ),
    };
  }

  nextOrder(conversation: ConversationId, after: OrderKey): OrderKey | null {
    return this.#order(
      'SELECT min(order_key) AS order_key FROM message WHERE conversation = ? AND order_key > ?',
      conversation,
      after,
    );
  }

  countUnread(conversation: ConversationId, after: OrderKey | null): { unread: number; mentions: number } {
    const row = this.#statements
      .get(
        'SELECT count(*) AS unread, total(mentioned) AS mentions FROM message WHERE conversation = ? AND order_key > ? AND can_be_unread = 1',
      )
      .get(this.#names.find(conversation), after ?? '');
    return { unread: Number(row?.['unread']), mentions: Number(row?.['mentions']) };
  }

  members(conversation: ConversationId): Member[] {
    return this.#bodies<Member>(
      'SELECT body FROM member WHERE conversation = ? ORDER BY place',
      this.#names.find(conversation),
    );
  }

  changes(after: number, limit: number): StoredChange[] {
    const rows = this.#statements
      .get('SELECT sequence, body FROM change WHERE sequence > ? ORDER BY sequence LIMIT ?')
      .all(after, atMost(limit));
    return rows.map((row) => ({
      sequence: Number(row['sequence']),
      change: JSON.parse(String(row['body'])) as StoredChange['change'],
    }));
  }

  orphans(conversation: ConversationId, targets: readonly Target[]): Orphan[] {
    const wanted = JSON.stringify(targets.map(targetKey));
    return this.#bodies<Orphan>(
      'SELECT body FROM orphan WHERE conversation = ? AND target IN (SELECT value FROM json_each(?)) ORDER BY place',
      conversation,
      wanted,
    );
  }

  findOperation(name: OperationName): Operation | null {
    const [found] =
      'id' in name
        ? this.#bodies<Operation>('SELECT body FROM operation WHERE id = ?', name.id)
        : this.#bodies<Operation>('SELECT body FROM operation WHERE key = ?', columnText(name.key));
    return found ?? null;
  }

  operations(limit: number): Operation[] {
    return this.#bodies<Operation>(
      'SELECT body FROM operation ORDER BY created DESC, place DESC LIMIT ?',
      atMost(limit),
    );
  }

  #find(lookup: MessageLookup): Row | undefined {
    if ('message' in lookup)
      return this.#statements.get('SELECT body, provisional FROM message WHERE id = ?').get(lookup.message);
    if ('operation' in lookup)
      return this.#statements
        .get('SELECT body, provisional FROM message WHERE operation = ?')
        .get(lookup.operation);
    const conversation = this.#names.find(lookup.conversation);
    if (conversation === null) return undefined;
    if ('stable' in lookup) {
      const stable = columnText(lookup.stable);
      return (
        this.#statements
          .get('SELECT body, provisional FROM message WHERE conversation = ? AND stable = ?')
          .get(conversation, stable) ?? this.#byAlias(conversation, 0, '', stable)
      );
    }
    const [sender, claimed] = [columnText(lookup.sender), columnText(lookup.claimed)];
    return (
      this.#statements
        .get('SELECT body, provisional FROM message WHERE conversation = ? AND sender = ? AND claimed = ?')
        .get(conversation, sender, claimed) ?? this.#byAlias(conversation, 1, sender, claimed)
    );
  }

  #byAlias(conversation: number, bySender: 0 | 1, sender: string, key: string): Row | undefined {
    return this.#statements
      .get(
        'SELECT m.body, m.provisional FROM message_alias a JOIN message m ON m.id = a.message WHERE a.conversation = ? AND a.by_sender = ? AND a.sender = ? AND a.key = ?',
      )
      .get(conversation, bySender, sender, key);
  }

  #order(sql: string, conversation: ConversationId, ...values: string[]): OrderKey | null {
    const order = this.#statements.get(sql).get(this.#names.find(conversation), ...values)?.['order_key'];
    return typeof order === 'string' ? (order as OrderKey) : null;
  }

  /** Bodies are JSON that this package wrote. */
  #bodies<Value>(sql: string, ...values: (string | number | null)[]): Value[] {
    return this.#statements
      .get(sql)
      .all(...values)
      .map((row) => JSON.parse(String(row['body'])) as Value);
  }
}

/** SQLite takes a negative limit for none. */
export function atMost(limit: number): number {
  return Math.max(0, Math.trunc(limit));
}
