import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { GroupHistory, GroupRole } from '@natter/native-protocol';
import { joinedAccounts } from '../groups/group.ts';
import type { GroupMemberRecord, GroupRecord } from '../groups/group.ts';
import type { ConversationRecord } from '../ports/conversations.ts';
import type { AccountId, ConversationId } from '../ports/identifiers.ts';
import { integer, integerOrNull, text } from './columns.ts';
import type { Row } from './columns.ts';
import type { Participant } from './journal.ts';

const mostRecords = 50_000;

/** Conversations as they are, read once and kept until they change. Safe to read inside a transaction. */
export class ConversationRecords implements Participant {
  readonly #byId: StatementSync;
  readonly #ofTwo: StatementSync;
  readonly #ofAccount: StatementSync;
  readonly #members: StatementSync;
  readonly #pins: StatementSync;
  readonly #known = new Map<ConversationId, ConversationRecord>();

  constructor(database: DatabaseSync) {
    const select = 'SELECT id, kind, low, high, title, topic, icon, history, expiry FROM';
    this.#byId = database.prepare(`${select} conversation WHERE id = ?`);
    this.#ofTwo = database.prepare(`${select} conversation WHERE kind = 'direct' AND low = ? AND high = ?`);
    this.#ofAccount = database.prepare(`
      ${select} member JOIN conversation ON conversation.id = member.conversation
      WHERE account = ? AND conversation > ? AND standing <> 'banned' ORDER BY conversation LIMIT ?`);
    this.#members = database.prepare('SELECT * FROM member WHERE conversation = ? ORDER BY account');
    this.#pins = database.prepare('SELECT seq FROM pin WHERE conversation = ? ORDER BY place');
  }

  current(id: ConversationId): ConversationRecord | null {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const row = this.#byId.get(id);
    return row === undefined ? null : this.#remember(row);
  }

  ofTwo(low: AccountId, high: AccountId): ConversationRecord | null {
    const row = this.#ofTwo.get(low, high);
    return row === undefined ? null : this.#remember(row);
  }

  /** Those of an account by ascending id, after one. */
  list(account: AccountId, after: ConversationId, limit: number): readonly ConversationRecord[] {
    return this.#ofAccount.all(account, after, limit).map((row) => this.#remember(row));
  }

  /** A conversation was written. */
  forget(id: ConversationId): void {
    this.#known.delete(id);
  }

  committed(): void {}

  rolledBack(): void {
    this.#known.clear();
  }

  #remember(row: Row): ConversationRecord {
    const id = integer(row, 'id');
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const settings = {
      expiry: integerOrNull(row, 'expiry'),
      pins: this.#pins.all(id).map((pin) => integer(pin, 'seq')),
    };
    const record = {
      ...(text(row, 'kind') === 'group' ? this.#group(id, row) : direct(id, row)),
      ...settings,
    };
    if (this.#known.size >= mostRecords) this.#known.clear();
    this.#known.set(id, record);
    return record;
  }

  #group(id: ConversationId, row: Row): Omit<ConversationRecord, 'expiry' | 'pins'> {
    const group: GroupRecord = {
      title: text(row, 'title'),
      topic: text(row, 'topic'),
      icon: integerOrNull(row, 'icon'),
      history: oneOf<GroupHistory>(row, 'history', ['joined', 'all']),
      members: this.#members.all(id).map(memberRecord),
    };
    return { id, members: joinedAccounts(group), group };
  }
}

function direct(id: ConversationId, row: Row): Omit<ConversationRecord, 'expiry' | 'pins'> {
  const low = integer(row, 'low');
  const high = integer(row, 'high');
  return { id, members: low === high ? [low] : [low, high], group: null };
}

function memberRecord(row: Row): GroupMemberRecord {
  return {
    account: integer(row, 'account'),
    role: oneOf<GroupRole>(row, 'role', ['owner', 'admin', 'member']),
    standing: oneOf(row, 'standing', ['joined', 'invited', 'banned']),
    since: integer(row, 'since'),
    hiddenUpTo: integer(row, 'hidden_up_to'),
    invitedBy: integerOrNull(row, 'invited_by'),
    invitationText: text(row, 'invitation_text'),
  };
}

function oneOf<T extends string>(row: Row, column: string, values: readonly T[]): T {
  const value = text(row, column);
  const found = values.find((candidate) => candidate === value);
  if (found === undefined) throw new TypeError(`column ${column} holds ${value}`);
  return found;
}
