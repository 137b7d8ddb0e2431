import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Conversation } from '@natter/native-protocol';
import type { ConversationRecord, Conversations } from '../ports/conversations.ts';
import type { AccountId, ConversationId } from '../ports/identifiers.ts';
import { conversationWireId } from '../wire-ids.ts';
import type { Addresses } from './addresses.ts';
import { integer } from './columns.ts';
import type { Row } from './columns.ts';
import type { Journal } from './journal.ts';
import type { UpdateLog } from './update-log.ts';

const mostRecords = 50_000;

/** Conversations in SQLite. A direct one never changes, so what has been read stays right. */
export class SqliteConversations implements Conversations {
  readonly #journal: Journal;
  readonly #updates: UpdateLog;
  readonly #addresses: Addresses;
  readonly #clock: () => number;
  readonly #byId: StatementSync;
  readonly #ofTwo: StatementSync;
  readonly #ofAccount: StatementSync;
  readonly #insert: StatementSync;
  readonly #insertMember: StatementSync;
  readonly #known = new Map<ConversationId, ConversationRecord>();

  constructor(
    database: DatabaseSync,
    journal: Journal,
    updates: UpdateLog,
    addresses: Addresses,
    clock: () => number,
  ) {
    this.#journal = journal;
    this.#updates = updates;
    this.#addresses = addresses;
    this.#clock = clock;
    this.#byId = database.prepare('SELECT id, low, high FROM conversation WHERE id = ?');
    this.#ofTwo = database.prepare(
      `SELECT id, low, high FROM conversation WHERE kind = 'direct' AND low = ? AND high = ?`,
    );
    this.#ofAccount = database.prepare(`
      SELECT id, low, high FROM member JOIN conversation ON conversation.id = member.conversation
      WHERE account = ? AND conversation > ? ORDER BY conversation LIMIT ?`);
    this.#insert = database.prepare(
      `INSERT INTO conversation (kind, low, high, created_at) VALUES ('direct', ?, ?, ?)`,
    );
    this.#insertMember = database.prepare('INSERT INTO member (conversation, account) VALUES (?, ?)');
  }

  get(id: ConversationId): Promise<ConversationRecord | null> {
    const known = this.#known.get(id);
    if (known !== undefined) return Promise.resolve(known);
    const row = this.#byId.get(id);
    return Promise.resolve(row === undefined ? null : this.#remember(row));
  }

  direct(account: AccountId, other: AccountId): Promise<ConversationRecord> {
    const low = Math.min(account, other);
    const high = Math.max(account, other);
    const row = this.#ofTwo.get(low, high);
    if (row !== undefined) return Promise.resolve(this.#remember(row));
    return this.#journal
      .write(() => this.#ofTwo.get(low, high) ?? this.#make(low, high))
      .then((made) => this.#remember(made));
  }

  list(account: AccountId, after: ConversationId, limit: number): Promise<readonly ConversationRecord[]> {
    return Promise.resolve(this.#ofAccount.all(account, after, limit).map((row) => this.#remember(row)));
  }

  #make(low: AccountId, high: AccountId): Row {
    const id = Number(this.#insert.run(low, high, this.#clock()).lastInsertRowid);
    const members = low === high ? [low] : [low, high];
    const positions = members.map((member) => ({
      address: this.#addresses.of(member),
      delivered: 0,
      read: 0,
    }));
    for (const member of members) {
      this.#insertMember.run(id, member);
      const peer = this.#addresses.of(member === low ? high : low);
      const opened: Conversation = {
        conversation: conversationWireId(id),
        kind: 'direct',
        peer,
        lastSeq: 0,
        positions,
      };
      this.#updates.append(member, { kind: 'conversation', opened });
    }
    return { id, low, high };
  }

  #remember(row: Row): ConversationRecord {
    const low = integer(row, 'low');
    const high = integer(row, 'high');
    const record: ConversationRecord = {
      id: integer(row, 'id'),
      kind: 'direct',
      members: low === high ? [low] : [low, high],
    };
    if (this.#known.size >= mostRecords) this.#known.clear();
    this.#known.set(record.id, record);
    return record;
  }
}
