import type { StatementSync } from 'node:sqlite';
import type { GroupMember } from '@natter/native-protocol';
import { describeGroup, describeMember } from '../groups/describe.ts';
import type { GroupFacts, Profile } from '../groups/describe.ts';
import { memberOf } from '../groups/group.ts';
import type { GroupAction, GroupMemberRecord, GroupRecord } from '../groups/group.ts';
import { newGroup, transition } from '../groups/transition.ts';
import type { GroupMoment } from '../groups/transition.ts';
import type { ConversationRecord, NewGroup } from '../ports/conversations.ts';
import type { AccountId, ConversationId } from '../ports/identifiers.ts';
import { Refusal } from '../ports/refusal.ts';
import { conversationWireId, fileWireId } from '../wire-ids.ts';
import { integer, text } from './columns.ts';
import type { ConversationParts } from './conversations.ts';
import type { FileReferences } from './file-references.ts';

/** What embedded groups stand on. */
export interface GroupParts extends ConversationParts {
  readonly mostMembers: number;
  readonly files: FileReferences;
}

/** Groups in SQLite: one job of the journal per change, which also tells everybody concerned. */
export class SqliteGroups {
  readonly #parts: GroupParts;
  readonly #byClientId: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #putMember: StatementSync;
  readonly #dropMember: StatementSync;
  readonly #lastSeq: StatementSync;
  readonly #markers: StatementSync;
  readonly #name: StatementSync;

  constructor(parts: GroupParts) {
    this.#parts = parts;
    const { database } = parts;
    this.#byClientId = database.prepare('SELECT id FROM conversation WHERE creator = ? AND client_id = ?');
    this.#insert = database.prepare(
      `INSERT INTO conversation (kind, created_at, title, topic, history, creator, client_id)
       VALUES ('group', ?, ?, ?, ?, ?, ?)`,
    );
    this.#update = database.prepare('UPDATE conversation SET title = ?, topic = ?, icon = ? WHERE id = ?');
    // A new member has read what was there before: it is not theirs to catch up with.
    this.#putMember = database.prepare(
      `INSERT INTO member (conversation, account, role, standing, since, hidden_up_to, invited_by, invitation_text, delivered, read)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)
       ON CONFLICT DO UPDATE SET role = ?3, standing = ?4, since = ?5, hidden_up_to = ?6, invited_by = ?7,
         invitation_text = ?8, delivered = max(delivered, ?9), read = max(read, ?9)`,
    );
    this.#dropMember = database.prepare('DELETE FROM member WHERE conversation = ? AND account = ?');
    this.#lastSeq = database.prepare(
      'SELECT coalesce(max(seq), 0) AS seq FROM message WHERE conversation = ?',
    );
    this.#markers = database.prepare('SELECT account, delivered, read FROM member WHERE conversation = ?');
    this.#name = database.prepare('SELECT name FROM account WHERE id = ?');
  }

  create(made: NewGroup): Promise<ConversationRecord> {
    return this.#parts.journal.write(() => {
      const row = this.#byClientId.get(made.creator, made.clientId);
      if (row !== undefined) return this.#record(integer(row, 'id'));
      const { title, topic, history, creator, clientId } = made;
      const moment = { now: this.#parts.clock(), lastSeq: 0, mostMembers: this.#parts.mostMembers };
      const group = newGroup(creator, made.invite, { title, topic, icon: null, history }, moment);
      const inserted = this.#insert.run(moment.now, title, topic, history, creator, clientId);
      const id = Number(inserted.lastInsertRowid);
      this.#write(id, { ...group, members: [] }, group, moment);
      const record = this.#record(id);
      for (const { account } of group.members) this.#open(record, account);
      return record;
    });
  }

  change(id: ConversationId, by: AccountId, action: GroupAction): Promise<void> {
    return this.#parts.journal.write(() => {
      const before = this.#parts.records.current(id)?.group ?? null;
      if (before === null) throw new Refusal('not-found', 'There is no such conversation.');
      const moment = {
        now: this.#parts.clock(),
        lastSeq: this.#last(id),
        mostMembers: this.#parts.mostMembers,
      };
      const after = transition(before, by, action, moment);
      if (after === before) return;
      if (after.icon !== null && after.icon !== before.icon)
        this.#parts.files.requireReadable(after.icon, by);
      this.#write(id, before, after, moment);
      this.#tell(id, { before, after, by, now: moment.now, reason: reasonOf(action) });
    });
  }

  #write(id: ConversationId, before: GroupRecord, after: GroupRecord, { lastSeq }: GroupMoment): void {
    if (after.title !== before.title || after.topic !== before.topic || after.icon !== before.icon)
      this.#update.run(after.title, after.topic, after.icon, id);
    for (const member of changedRows(before, after)) {
      const { account, role, standing, since, hiddenUpTo, invitedBy, invitationText } = member;
      const joins = standing === 'joined' && memberOf(before, account)?.standing !== 'joined';
      const read = joins ? lastSeq : 0;
      this.#putMember.run(id, account, role, standing, since, hiddenUpTo, invitedBy, invitationText, read);
    }
    for (const { account } of goneRows(before, after)) this.#dropMember.run(id, account);
    this.#parts.records.forget(id);
  }

  /** Everybody inside hears what has changed; who comes gets all, who goes hears that and nothing else. */
  #tell(id: ConversationId, change: Told): void {
    const { before, after, by, now, reason } = change;
    const rows: GroupMember[] = [
      ...changedRows(before, after).map((member) => describeMember(member, this.#profileOf)),
      ...goneRows(before, after).map(({ account, role }) => ({
        ...this.#profileOf(account),
        role,
        standing: 'left' as const,
      })),
    ];
    const head = {
      kind: 'group-changed',
      conversation: conversationWireId(id),
      by: this.#parts.addresses.of(by),
      time: now,
      ...(reason === undefined ? {} : { reason }),
    };
    const texts = {
      ...(after.title === before.title ? {} : { title: after.title }),
      ...(after.topic === before.topic ? {} : { topic: after.topic }),
      ...(after.icon === before.icon ? {} : { icon: after.icon === null ? '' : fileWireId(after.icon) }),
    };
    const record = this.#record(id);
    for (const account of new Set([...before.members, ...after.members].map((member) => member.account))) {
      const was = memberOf(before, account)?.standing;
      const is = memberOf(after, account)?.standing;
      if (is === 'joined' && was === 'joined')
        this.#parts.updates.append(account, { ...head, ...texts, members: rows });
      else if (is !== was && (is === 'joined' || is === 'invited')) this.#open(record, account);
      else if (is === 'invited' && Object.keys(texts).length > 0)
        this.#parts.updates.append(account, { ...head, ...texts });
      else if (is !== was && was !== undefined && was !== 'banned')
        this.#parts.updates.append(account, { ...head, members: ownRow(rows, this.#address(account)) });
    }
  }

  #open(record: ConversationRecord, account: AccountId): void {
    const { id, group } = record;
    if (group === null || memberOf(group, account)?.standing === 'banned') return;
    const facts: GroupFacts = {
      profileOf: this.#profileOf,
      lastSeq: this.#last(id),
      markers: this.#markers.all(id).map((row) => ({
        account: integer(row, 'account'),
        delivered: integer(row, 'delivered'),
        read: integer(row, 'read'),
      })),
    };
    this.#parts.updates.append(account, {
      kind: 'group-opened',
      opened: describeGroup(record, account, facts),
    });
  }

  readonly #profileOf = (account: AccountId): Profile => {
    const row = this.#name.get(account);
    return { address: this.#address(account), name: row === undefined ? '' : text(row, 'name') };
  };

  #address(account: AccountId): string {
    return this.#parts.addresses.of(account);
  }

  #last(id: ConversationId): number {
    return integer(this.#lastSeq.get(id) ?? {}, 'seq');
  }

  #record(id: ConversationId): ConversationRecord {
    const record = this.#parts.records.current(id);
    if (record === null) throw new Error(`group ${id} is not there after it was written`);
    return record;
  }
}

interface Told {
  readonly before: GroupRecord;
  readonly after: GroupRecord;
  readonly by: AccountId;
  readonly now: number;
  readonly reason: string | undefined;
}

function reasonOf(action: GroupAction): string | undefined {
  return 'reason' in action ? action.reason : undefined;
}

/** Rows that are new or different. Untouched rows are the same objects. */
function changedRows(before: GroupRecord, after: GroupRecord): GroupMemberRecord[] {
  return after.members.filter((member) => memberOf(before, member.account) !== member);
}

function goneRows(before: GroupRecord, after: GroupRecord): GroupMemberRecord[] {
  return before.members.filter(({ account }) => memberOf(after, account) === undefined);
}

function ownRow(rows: readonly GroupMember[], address: string): GroupMember[] {
  return rows.filter((row) => row.address === address);
}
