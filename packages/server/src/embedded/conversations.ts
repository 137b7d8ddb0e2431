import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { DirectConversation } from '@natter/native-protocol';
import type { GroupAction } from '../groups/group.ts';
import type { ConversationRecord, Conversations, NewGroup } from '../ports/conversations.ts';
import type { AccountId, ConversationId } from '../ports/identifiers.ts';
import { conversationWireId } from '../wire-ids.ts';
import type { Addresses } from './addresses.ts';
import type { ConversationRecords } from './conversation-records.ts';
import { ConversationSettings } from './conversation-settings.ts';
import type { SqliteGroups } from './groups.ts';
import type { Journal } from './journal.ts';
import type { UpdateLog } from './update-log.ts';

/** What embedded conversations stand on. */
export interface ConversationParts {
  readonly database: DatabaseSync;
  readonly journal: Journal;
  readonly updates: UpdateLog;
  readonly addresses: Addresses;
  readonly records: ConversationRecords;
  readonly clock: () => number;
}

/** Conversations in SQLite. */
export class SqliteConversations implements Conversations {
  readonly #parts: ConversationParts;
  readonly #groups: SqliteGroups;
  readonly #settings: ConversationSettings;
  readonly #insert: StatementSync;
  readonly #insertMember: StatementSync;

  constructor(parts: ConversationParts, groups: SqliteGroups) {
    this.#parts = parts;
    this.#groups = groups;
    this.#settings = new ConversationSettings(parts);
    this.#insert = parts.database.prepare(
      `INSERT INTO conversation (kind, low, high, created_at) VALUES ('direct', ?, ?, ?)`,
    );
    this.#insertMember = parts.database.prepare('INSERT INTO member (conversation, account) VALUES (?, ?)');
  }

  get(id: ConversationId): Promise<ConversationRecord | null> {
    return Promise.resolve(this.#parts.records.current(id));
  }

  direct(account: AccountId, other: AccountId): Promise<ConversationRecord> {
    const low = Math.min(account, other);
    const high = Math.max(account, other);
    const { records, journal } = this.#parts;
    const found = records.ofTwo(low, high);
    if (found !== null) return Promise.resolve(found);
    return journal.write(() => records.ofTwo(low, high) ?? this.#make(low, high));
  }

  createGroup(group: NewGroup): Promise<ConversationRecord> {
    return this.#groups.create(group);
  }

  changeGroup(id: ConversationId, by: AccountId, action: GroupAction): Promise<void> {
    return this.#groups.change(id, by, action);
  }

  setExpiry(id: ConversationId, by: AccountId, expiry: number | null): Promise<void> {
    return this.#settings.setExpiry(id, by, expiry);
  }

  pin(id: ConversationId, by: AccountId, seq: number, on: boolean): Promise<void> {
    return this.#settings.pin(id, by, seq, on);
  }

  list(account: AccountId, after: ConversationId, limit: number): Promise<readonly ConversationRecord[]> {
    return Promise.resolve(this.#parts.records.list(account, after, limit));
  }

  #make(low: AccountId, high: AccountId): ConversationRecord {
    const { addresses, updates, clock } = this.#parts;
    const id = Number(this.#insert.run(low, high, clock()).lastInsertRowid);
    const members = low === high ? [low] : [low, high];
    const positions = members.map((member) => ({ address: addresses.of(member), delivered: 0, read: 0 }));
    for (const member of members) {
      this.#insertMember.run(id, member);
      const opened: DirectConversation = {
        conversation: conversationWireId(id),
        kind: 'direct',
        peer: addresses.of(member === low ? high : low),
        lastSeq: 0,
        positions,
      };
      updates.append(member, { kind: 'conversation', opened });
    }
    return { id, members, group: null, expiry: null, pins: [] };
  }
}
