import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Contact } from '@natter/native-protocol';
import type { AccountId, FileId } from '../ports/identifiers.ts';
import { Refusal } from '../ports/refusal.ts';
import type { RosterAction, RosterChange, RosterPage, RosterRow, Rosters } from '../ports/rosters.ts';
import { ended, maySee, transition } from '../roster/transition.ts';
import type { Relation } from '../roster/transition.ts';
import type { Addresses } from './addresses.ts';
import { integer, text } from './columns.ts';
import type { Journal, Participant } from './journal.ts';
import { OpenRequests } from './open-requests.ts';
import type { OpenRequestLimits } from './open-requests.ts';
import { Pictures } from './pictures.ts';
import { fromColumns, toContact, toProfile } from './roster-rows.ts';
import type { UpdateLog } from './update-log.ts';

const mostBlockLists = 50_000;

/** Bounds on rosters. */
export interface RosterLimits extends OpenRequestLimits {
  /** Contacts of one account. */
  readonly contacts: number;
}

/** Rosters in SQLite. */
export class SqliteRosters implements Rosters, Participant {
  readonly #journal: Journal;
  readonly #updates: UpdateLog;
  readonly #addresses: Addresses;
  readonly #mostContacts: number;
  readonly #openRequests: OpenRequests;
  readonly #pictures: Pictures;
  readonly #select: StatementSync;
  readonly #count: StatementSync;
  readonly #upsert: StatementSync;
  readonly #selectSince: StatementSync;
  readonly #selectVersion: StatementSync;
  readonly #bumpVersion: StatementSync;
  readonly #selectProfile: StatementSync;
  readonly #selectWatchers: StatementSync;
  readonly #selectWatchable: StatementSync;
  readonly #selectBlocked: StatementSync;
  readonly #selectRelated: StatementSync;
  readonly #ended: Set<AccountId>;
  readonly #blocked = new Map<AccountId, ReadonlySet<AccountId>>();

  constructor(
    database: DatabaseSync,
    journal: Journal,
    updates: UpdateLog,
    addresses: Addresses,
    limits: RosterLimits,
  ) {
    this.#journal = journal;
    this.#updates = updates;
    this.#addresses = addresses;
    this.#mostContacts = limits.contacts;
    this.#openRequests = new OpenRequests(database, limits);
    this.#pictures = new Pictures(database);
    this.#select = database.prepare('SELECT * FROM roster WHERE owner = ? AND contact = ? AND gone = 0');
    this.#count = database.prepare('SELECT count(*) AS count FROM roster WHERE owner = ? AND gone = 0');
    this.#upsert = database.prepare(`
      INSERT OR REPLACE INTO roster (owner, contact, version, gone, to_state, from_state, listed, blocked, alias, groups, request_text)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#selectSince = database.prepare(`
      SELECT gone, to_state, from_state, listed, blocked, alias, groups, request_text, account.user, account.name, account.picture
      FROM roster JOIN account ON account.id = contact
      WHERE owner = ? AND version > ? AND (gone = 0 OR ?) ORDER BY version`);
    this.#selectVersion = database.prepare('SELECT roster_version FROM account WHERE id = ?');
    this.#bumpVersion = database.prepare(
      'UPDATE account SET roster_version = roster_version + 1 WHERE id = ? RETURNING roster_version',
    );
    this.#selectProfile = database.prepare('SELECT name, picture FROM account WHERE id = ?');
    this.#selectWatchers = database.prepare(
      `SELECT contact FROM roster WHERE owner = ? AND from_state = 'granted' AND gone = 0`,
    );
    this.#selectWatchable = database.prepare(`
      SELECT mine.contact FROM roster AS mine JOIN roster AS theirs ON theirs.owner = mine.contact AND theirs.contact = mine.owner
      WHERE mine.owner = ? AND mine.gone = 0 AND theirs.gone = 0
        AND mine.to_state = 'granted' AND theirs.from_state = 'granted' AND mine.blocked = 0 AND theirs.blocked = 0`);
    this.#selectBlocked = database.prepare('SELECT contact FROM roster WHERE owner = ? AND blocked = 1');
    this.#selectRelated = database.prepare(
      'SELECT contact AS other FROM roster WHERE owner = ? UNION SELECT owner FROM roster WHERE contact = ?',
    );
    const endedRows = database.prepare('SELECT id FROM account WHERE deleted_at IS NOT NULL').all();
    this.#ended = new Set(endedRows.map((row) => integer(row, 'id')));
    journal.join(this);
  }

  change(owner: AccountId, contact: AccountId, action: RosterAction): Promise<RosterChange> {
    return this.#journal.write(() => {
      const before: Relation = { own: this.#row(owner, contact), theirs: this.#row(contact, owner) };
      const after = transition(before, action);
      if (before.own === null && after.own !== null) this.#requireRoom(owner);
      this.#openRequests.requireRoom(owner, contact, before, after);
      const version = this.#store(owner, contact, before.own, after.own);
      this.#store(contact, owner, before.theirs, after.theirs);
      this.#blocked.delete(owner);
      return {
        contact: after.own === null ? null : this.#contact(contact, after.own),
        version,
        access: [
          ...accessChange(owner, contact, maySee(before.own, before.theirs), maySee(after.own, after.theirs)),
          ...accessChange(contact, owner, maySee(before.theirs, before.own), maySee(after.theirs, after.own)),
        ],
      };
    });
  }

  end(account: AccountId): Promise<RosterChange['access']> {
    return this.#journal.write(() => {
      const access = this.#selectRelated.all(account, account).flatMap((row) => {
        const other = integer(row, 'other');
        const before: Relation = { own: this.#row(account, other), theirs: this.#row(other, account) };
        const after = ended(before);
        this.#store(account, other, before.own, after.own);
        this.#store(other, account, before.theirs, after.theirs);
        return accessChange(
          other,
          account,
          maySee(before.theirs, before.own),
          maySee(after.theirs, after.own),
        );
      });
      this.#blocked.delete(account);
      this.#ended.add(account);
      return access;
    });
  }

  setPicture(account: AccountId, picture: FileId | null): Promise<void> {
    return this.#journal.write(() => {
      if (!this.#pictures.set(account, picture)) return;
      for (const watcher of this.#selectWatchers.all(account)) {
        const owner = integer(watcher, 'contact');
        const row = this.#row(owner, account);
        if (row?.to === 'granted') this.#write(owner, account, row);
      }
    });
  }

  read(owner: AccountId, since: number | null): Promise<RosterPage> {
    const version = this.#version(owner);
    // A version from the future is of another history (a restored backup): start over.
    const full = since === null || since > version;
    const contacts: Contact[] = [];
    const removed: string[] = [];
    for (const row of this.#selectSince.all(owner, full ? 0 : since, full ? 0 : 1)) {
      const address = this.#addresses.ofUser(text(row, 'user'));
      if (integer(row, 'gone') === 1) removed.push(address);
      else contacts.push(toContact(fromColumns(row), toProfile(row, address)));
    }
    return Promise.resolve({ version, full, contacts, removed });
  }

  watchable(account: AccountId): Promise<readonly AccountId[]> {
    return Promise.resolve(this.#selectWatchable.all(account).map((row) => integer(row, 'contact')));
  }

  blockBetween(account: AccountId, other: AccountId): Promise<'none' | 'own' | 'theirs' | 'ended'> {
    if (this.#ended.has(other)) return Promise.resolve('ended');
    if (this.#blockedBy(account).has(other)) return Promise.resolve('own');
    return Promise.resolve(this.#blockedBy(other).has(account) ? 'theirs' : 'none');
  }

  committed(): void {}

  rolledBack(): void {
    this.#blocked.clear();
  }

  #row(owner: AccountId, contact: AccountId): RosterRow | null {
    const row = this.#select.get(owner, contact);
    return row === undefined ? null : fromColumns(row);
  }

  /** Writes a side if it has changed, and returns the roster's version. */
  #store(owner: AccountId, contact: AccountId, before: RosterRow | null, after: RosterRow | null): number {
    if (JSON.stringify(before) === JSON.stringify(after)) return this.#version(owner);
    return this.#write(owner, contact, after);
  }

  /** Writes a side and tells its owner. */
  #write(owner: AccountId, contact: AccountId, after: RosterRow | null): number {
    const version = integer(this.#bumpVersion.get(owner) ?? {}, 'roster_version');
    const row = after ?? {
      to: 'none',
      from: 'none',
      listed: false,
      blocked: false,
      alias: '',
      groups: [],
      requestText: '',
    };
    const flags = [Number(row.listed), Number(row.blocked)] as const;
    const states = [row.to, row.from] as const;
    this.#upsert.run(
      owner,
      contact,
      version,
      Number(after === null),
      ...states,
      ...flags,
      row.alias,
      JSON.stringify(row.groups),
      row.requestText,
    );
    const shown = after === null ? null : this.#contact(contact, after);
    this.#updates.append(owner, {
      kind: 'roster',
      version,
      address: this.#addresses.of(contact),
      contact: shown,
    });
    return version;
  }

  #requireRoom(owner: AccountId): void {
    if (integer(this.#count.get(owner) ?? {}, 'count') < this.#mostContacts) return;
    throw new Refusal('full', `A roster has room for ${this.#mostContacts} contacts.`);
  }

  #contact(contact: AccountId, row: RosterRow): Contact {
    return toContact(row, toProfile(this.#selectProfile.get(contact) ?? {}, this.#addresses.of(contact)));
  }

  #version(owner: AccountId): number {
    return integer(this.#selectVersion.get(owner) ?? {}, 'roster_version');
  }

  #blockedBy(account: AccountId): ReadonlySet<AccountId> {
    const known = this.#blocked.get(account);
    if (known !== undefined) return known;
    const blocked = new Set(this.#selectBlocked.all(account).map((row) => integer(row, 'contact')));
    if (this.#blocked.size >= mostBlockLists) this.#blocked.clear();
    this.#blocked.set(account, blocked);
    return blocked;
  }
}

function accessChange(
  watcher: AccountId,
  watched: AccountId,
  before: boolean,
  after: boolean,
): RosterChange['access'] {
  return before === after ? [] : [{ watcher, watched, allowed: after }];
}
