import type { AccountId, Change, ConversationId, Distinction, Orphan, Target } from '@natter/core';
import { columnText } from './codec.ts';
import type { MessageRow, PackedWrite, PackedWrites } from './message-row.ts';
import type { MessageWriter } from './messages.ts';
import type { Names } from './names.ts';
import type { Records } from './records.ts';
import type { Statements } from './statements.ts';

type Put = Extract<PackedWrite, { put: unknown }>;
type Remove = Extract<PackedWrite, { remove: unknown }>;

/** Carries out writes inside the transaction that the engine has begun. */
export class Writer {
  readonly #statements: Statements;
  readonly #names: Names;
  readonly #records: Records;
  readonly #messages: MessageWriter;

  constructor(statements: Statements, names: Names, records: Records, messages: MessageWriter) {
    this.#statements = statements;
    this.#names = names;
    this.#records = records;
    this.#messages = messages;
  }

  /** Carries out a list of writes, one after the other. */
  write({ json, messages }: PackedWrites): void {
    for (const write of JSON.parse(json) as PackedWrite[]) {
      if ('put' in write) this.#put(write, messages);
      else if ('remove' in write) this.#remove(write);
      else this.#messages.settle(write.settle);
    }
  }

  #put(write: Put, messages: readonly (readonly MessageRow[])[]): void {
    switch (write.put) {
      case 'messages':
        return this.#messages.put(messages[write.list] ?? [], write.areNew);
      case 'message-alias':
        return this.#messages.putAlias(write.value);
      case 'changes':
        return this.#putChanges(write.after, write.values);
      case 'operation':
        return this.#records.putOperation(write.value);
      case 'account':
        return this.#records.put('account', write.value.id, write.value.id, write.value);
      case 'contact':
      case 'conversation':
        return this.#records.put(write.put, write.value.id, write.value.account, write.value);
      case 'person':
        return this.#records.put('person', write.value.id, null, write.value);
      case 'distinction':
        return this.#records.put('distinction', pairKey(write.value), null, write.value);
      case 'alias':
        return this.#records.put(
          'alias',
          JSON.stringify([write.value.account, write.value.of, write.value.key]),
          write.value.account,
          write.value,
        );
      case 'gap':
        return this.#records.put(
          'gap',
          JSON.stringify([write.value.account, write.value.gap.id]),
          write.value.account,
          write.value,
        );
      case 'cursor':
      case 'state':
        return this.#records.put(
          write.put,
          JSON.stringify([write.value.account, write.value.key]),
          write.value.account,
          write.value,
        );
      case 'member':
        return this.#putMember(write.conversation, write.value);
      case 'orphan':
        return this.#putOrphan(write.value);
    }
  }

  #remove(write: Remove): void {
    switch (write.remove) {
      case 'message':
        return this.#messages.remove(write.message);
      case 'account':
        return this.#removeAccount(write.account);
      case 'contact':
        this.#run("DELETE FROM alias WHERE body ->> 'of' = 'contact' AND body ->> 'id' = ?", write.contact);
        return this.#records.remove('contact', write.contact);
      case 'person':
        return this.#records.remove('person', write.person);
      case 'distinction':
        return this.#records.remove('distinction', pairKey(write.value));
      case 'member':
        return this.#run(
          'DELETE FROM member WHERE conversation = ? AND key = ?',
          this.#names.find(write.conversation),
          columnText(write.key),
        );
      case 'members':
        return this.#run('DELETE FROM member WHERE conversation = ?', this.#names.find(write.conversation));
      case 'orphan':
        return this.#run('DELETE FROM orphan WHERE id = ?', columnText(write.orphan));
      case 'gap':
        return this.#records.remove('gap', JSON.stringify([write.account, write.id]));
      case 'cursor':
      case 'state':
        return this.#records.remove(write.remove, JSON.stringify([write.account, write.key]));
      case 'changes':
        return this.#run('DELETE FROM change WHERE sequence <= ?', write.upTo);
    }
  }

  /** The counter outlives the changes: a sequence number is never given twice. */
  #putChanges(after: number, changes: readonly Change[]): void {
    for (const [index, change] of changes.entries())
      this.#run(
        'INSERT OR REPLACE INTO change (sequence, body) VALUES (?, ?)',
        after + index + 1,
        JSON.stringify(change),
      );
    this.#run("UPDATE counter SET value = max(value, ?) WHERE name = 'change'", after + changes.length);
  }

  #putMember(conversation: ConversationId, member: Extract<Put, { put: 'member' }>['value']): void {
    this.#run(
      'INSERT INTO member (conversation, key, body) VALUES (?, ?, ?) ON CONFLICT (conversation, key) DO UPDATE SET body = excluded.body',
      this.#names.take(conversation),
      columnText(member.key),
      JSON.stringify(member),
    );
  }

  #putOrphan(orphan: Orphan): void {
    this.#run(
      'INSERT INTO orphan (id, conversation, target, body) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET conversation = excluded.conversation, target = excluded.target, body = excluded.body',
      columnText(orphan.id),
      orphan.conversation,
      targetKey(orphan.target),
      JSON.stringify(orphan),
    );
  }

  #removeAccount(account: AccountId): void {
    const conversations = this.#statements.get('SELECT key FROM conversation WHERE account = ?').all(account);
    for (const { key } of conversations) {
      const ref = this.#names.find(String(key));
      this.#run('DELETE FROM member WHERE conversation = ?', ref);
      this.#run('DELETE FROM message_alias WHERE conversation = ?', ref);
      this.#run('DELETE FROM orphan WHERE conversation = ?', String(key));
    }
    this.#messages.removeAccount(account);
    this.#records.removeAccount(account);
  }

  #run(sql: string, ...values: (string | number | null)[]): void {
    this.#statements.get(sql).run(...values);
  }
}

/** The two sides of a distinction are equal. */
function pairKey({ a, b }: Distinction): string {
  return JSON.stringify(a < b ? [a, b] : [b, a]);
}

/** What a target is found by. */
export function targetKey(target: Target): string {
  return JSON.stringify('stable' in target ? [target.stable] : [target.claimed, target.sender]);
}
