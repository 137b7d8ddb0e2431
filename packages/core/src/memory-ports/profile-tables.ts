import {
  isFinal,
  type AccountId,
  type AccountRecord,
  type Contact,
  type ContactId,
  type Conversation,
  type ConversationId,
  type Distinction,
  type Operation,
  type OperationId,
  type PersonRecord,
  type ScopeKey,
  type Target,
} from '../model/index.ts';
import type {
  KeyAlias,
  OperationName,
  Orphan,
  StoredGap,
  StoredProfile,
  StoredText,
} from '../ports/index.ts';
import { ChangeLog } from './change-log.ts';
import type { Journal } from './journal.ts';

/** Everything but messages and members. */
export class ProfileTables {
  readonly accounts: Map<AccountId, AccountRecord> = new Map();
  readonly contacts: Map<ContactId, Contact> = new Map();
  readonly persons: Map<PersonRecord['id'], PersonRecord> = new Map();
  readonly distinctions: Map<string, Distinction> = new Map();
  readonly conversations: Map<ConversationId, Conversation> = new Map();
  readonly aliases: Map<string, KeyAlias> = new Map();
  readonly operations: Map<OperationId, Operation> = new Map();
  readonly operationKeys: Map<string, OperationId> = new Map();
  readonly gaps: Map<string, StoredGap> = new Map();
  readonly cursors: Map<AccountId, Map<ScopeKey, StoredText>> = new Map();
  readonly states: Map<AccountId, Map<ScopeKey, StoredText>> = new Map();
  readonly orphans: Map<string, Orphan> = new Map();
  readonly changes: ChangeLog = new ChangeLog();

  load(): StoredProfile {
    return {
      accounts: [...this.accounts.values()],
      contacts: [...this.contacts.values()],
      persons: [...this.persons.values()],
      distinctions: [...this.distinctions.values()],
      conversations: [...this.conversations.values()],
      aliases: [...this.aliases.values()],
      operations: [...this.operations.values()].filter((operation) => !isFinal(operation.state)),
      gaps: [...this.gaps.values()],
      cursors: [...this.cursors.values()].flatMap((texts) => [...texts.values()]),
      states: [...this.states.values()].flatMap((texts) => [...texts.values()]),
      orphaned: [...new Set([...this.orphans.values()].map((orphan) => orphan.conversation))],
      lastChange: this.changes.last,
    };
  }

  putText(table: 'cursors' | 'states', text: StoredText, journal: Journal): void {
    journal.set(journal.inner(this[table], text.account), text.key, text);
  }

  removeText(table: 'cursors' | 'states', account: AccountId, key: ScopeKey, journal: Journal): void {
    const texts = this[table].get(account);
    if (texts !== undefined) journal.delete(texts, key);
  }

  putAlias(alias: KeyAlias, journal: Journal): void {
    journal.set(this.aliases, JSON.stringify([alias.account, alias.of, alias.key]), alias);
  }

  putGap(stored: StoredGap, journal: Journal): void {
    journal.set(this.gaps, gapKey(stored.account, stored.gap.id), stored);
  }

  removeGap(account: AccountId, id: string, journal: Journal): void {
    journal.delete(this.gaps, gapKey(account, id));
  }

  putDistinction(distinction: Distinction, journal: Journal): void {
    journal.set(this.distinctions, pairKey(distinction), distinction);
  }

  removeDistinction(distinction: Distinction, journal: Journal): void {
    journal.delete(this.distinctions, pairKey(distinction));
  }

  orphansOf(conversation: ConversationId, targets: readonly Target[]): Orphan[] {
    const wanted = new Set(targets.map(targetKey));
    return [...this.orphans.values()].filter(
      (orphan) => orphan.conversation === conversation && wanted.has(targetKey(orphan.target)),
    );
  }

  findOperation(name: OperationName): Operation | null {
    const id = 'id' in name ? name.id : this.operationKeys.get(name.key);
    return id === undefined ? null : (this.operations.get(id) ?? null);
  }

  newestOperations(limit: number): Operation[] {
    const newestFirst = [...this.operations.values()].reverse().sort((a, b) => b.createdAt - a.createdAt);
    return newestFirst.slice(0, Math.max(0, limit));
  }

  removeContact(contact: ContactId, journal: Journal): void {
    journal.delete(this.contacts, contact);
    for (const [key, alias] of this.aliases)
      if (alias.of === 'contact' && alias.id === contact) journal.delete(this.aliases, key);
  }

  removeAccount(account: AccountId, conversations: ReadonlySet<ConversationId>, journal: Journal): void {
    journal.delete(this.accounts, account);
    for (const table of [
      this.contacts,
      this.conversations,
      this.aliases,
      this.operations,
      this.gaps,
    ] as const)
      deleteWhere<string, { readonly account: AccountId }>(
        table,
        (value) => value.account === account,
        journal,
      );
    deleteWhere(this.orphans, (orphan) => conversations.has(orphan.conversation), journal);
    journal.delete(this.cursors, account);
    journal.delete(this.states, account);
  }

  conversationsOf(account: AccountId): Set<ConversationId> {
    const own = [...this.conversations.values()].filter((conversation) => conversation.account === account);
    return new Set(own.map((conversation) => conversation.id));
  }
}

function deleteWhere<Key, Value>(
  map: Map<Key, Value>,
  unwanted: (value: Value) => boolean,
  journal: Journal,
): void {
  for (const [key, value] of map) if (unwanted(value)) journal.delete(map, key);
}

function gapKey(account: AccountId, id: string): string {
  return JSON.stringify([account, id]);
}

/** The two sides of a distinction are equal. */
function pairKey({ a, b }: Distinction): string {
  return JSON.stringify(a < b ? [a, b] : [b, a]);
}

function targetKey(target: Target): string {
  return JSON.stringify('stable' in target ? [target.stable] : [target.claimed, target.sender]);
}
