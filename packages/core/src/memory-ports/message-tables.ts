import {
  messageTime,
  type AccountId,
  type ConversationId,
  type Member,
  type Message,
  type MessageId,
  type OperationId,
  type RemoteKey,
} from '../model/index.ts';
import type { MessageAlias, MessageLookup } from '../ports/index.ts';
import { ConversationRows, sameKeys, type Conversations, type Row } from './conversation-rows.ts';
import type { Journal } from './journal.ts';
import { RowsById } from './rows-by-id.ts';

/** Messages, their further names, and members. */
export class MessageTables {
  readonly #messages = new RowsById();
  readonly conversations: Conversations = new Map();
  /** The messages that sends of ours created. */
  readonly #operations: Map<OperationId, Row> = new Map();
  readonly #provisional: Map<AccountId, Map<MessageId, Row>> = new Map();
  /** What was asked for last: reads and writes come conversation by conversation. */
  #current: ConversationId | undefined;
  #currentRows: ConversationRows | undefined;
  #sequence = 0;

  /** All messages by their id. */
  get messages(): Map<MessageId, Row> {
    return this.#messages.all;
  }

  find(lookup: MessageLookup): Message | null {
    if ('message' in lookup) return this.messages.get(lookup.message)?.message ?? null;
    if ('operation' in lookup) return this.#operations.get(lookup.operation)?.message ?? null;
    const rows = this.#rowsOf(lookup.conversation);
    if (rows === undefined) return null;
    return 'stable' in lookup
      ? (rows.stable(lookup.stable)?.message ?? this.#former(rows, null, lookup.stable))
      : (rows.claimed(lookup.sender, lookup.claimed)?.message ??
          this.#former(rows, lookup.sender, lookup.claimed));
  }

  /** The message that had this name. */
  #former(rows: ConversationRows, sender: RemoteKey | null, key: string): Message | null {
    const alias = rows.aliases.size === 0 ? undefined : rows.aliases.get(sender)?.get(key);
    return alias === undefined ? null : (this.messages.get(alias)?.message ?? null);
  }

  /** `areNew`: no row has one of their ids. */
  put(messages: readonly Message[], areNew: boolean, journal: Journal): void {
    if (areNew) return this.#add(messages, journal);
    for (const message of messages) {
      const row = this.messages.get(message.id);
      if (row === undefined) this.#add([message], journal);
      else this.#replace(row, message, journal);
    }
  }

  #add(messages: readonly Message[], journal: Journal): void {
    const rows: Row[] = [];
    this.#messages.add(rows);
    journal.note(() => this.#takeBack(rows));
    for (let index = 0; index < messages.length; index += 1) {
      const message = messages[index] as Message;
      this.#sequence += 1;
      const row: Row = { message, sequence: this.#sequence };
      this.rows(message.conversation).add(row);
      rows.push(row);
      if (message.operation !== null) this.#setOperation(row, message.operation, journal);
      if (message.provisional) this.#setProvisional(row, true, journal);
    }
  }

  #takeBack(rows: readonly Row[]): void {
    for (const row of rows.toReversed()) this.rows(row.message.conversation).take(row);
    this.#messages.takeBack(rows);
  }

  remove(id: MessageId, journal: Journal): void {
    const row = this.messages.get(id);
    if (row === undefined) return;
    const rows = this.rows(row.message.conversation);
    this.#unplace(row, journal);
    for (const ofSender of rows.aliases.values())
      for (const [key, message] of ofSender) if (message === id) journal.drop(ofSender, key);
    this.#setProvisional(row, false, journal);
    this.#setOperation(row, null, journal);
    journal.drop(this.messages, id);
  }

  putAlias(alias: MessageAlias, journal: Journal): void {
    journal.set(journal.inner(this.rows(alias.conversation).aliases, alias.sender), alias.key, alias.message);
  }

  putMember(conversation: ConversationId, member: Member, journal: Journal): void {
    journal.set(this.rows(conversation).members, member.key, member);
  }

  removeMember(conversation: ConversationId, key: RemoteKey, journal: Journal): void {
    journal.delete(this.rows(conversation).members, key);
  }

  removeMembers(conversation: ConversationId, journal: Journal): void {
    const { members } = this.rows(conversation);
    for (const key of members.keys()) journal.delete(members, key);
  }

  settle(account: AccountId, journal: Journal): void {
    for (const row of this.#provisional.get(account)?.values() ?? []) {
      this.#setMessage(row, { ...row.message, provisional: false }, journal);
      this.#setProvisional(row, false, journal);
    }
  }

  removeAccount(account: AccountId, conversations: ReadonlySet<ConversationId>, journal: Journal): void {
    for (const row of this.messages.values())
      if (row.message.account === account) {
        this.#unplace(row, journal);
        this.#setOperation(row, null, journal);
        journal.drop(this.messages, row.message.id);
      }
    journal.drop(this.#provisional, account);
    const forget = (): void => void (this.#current = undefined);
    journal.note(forget);
    for (const id of conversations) journal.drop(this.conversations, id);
    forget();
  }

  rows(conversation: ConversationId): ConversationRows {
    const present = this.#rowsOf(conversation);
    if (present !== undefined) return present;
    const made = new ConversationRows();
    this.conversations.set(conversation, made);
    this.#currentRows = made;
    return made;
  }

  #rowsOf(conversation: ConversationId): ConversationRows | undefined {
    if (this.#current !== conversation) {
      this.#current = conversation;
      this.#currentRows = this.conversations.get(conversation);
    }
    return this.#currentRows;
  }

  #replace(row: Row, message: Message, journal: Journal): void {
    if (row.message.operation !== message.operation) this.#setOperation(row, message.operation, journal);
    if (sameKeys(row.message, message)) this.#setMessage(row, message, journal);
    else {
      this.#unplace(row, journal);
      this.#setMessage(row, message, journal);
      const rows = this.rows(message.conversation);
      rows.add(row);
      journal.note(() => rows.take(row));
    }
    this.#setProvisional(row, message.provisional, journal);
  }

  #unplace(row: Row, journal: Journal): void {
    const rows = this.rows(row.message.conversation);
    rows.take(row);
    journal.note(() => rows.add(row));
  }

  #setMessage(row: Row, message: Message, journal: Journal): void {
    const { message: before, sequence } = row;
    journal.note(() => {
      row.message = before;
      row.sequence = sequence;
    });
    row.message = message;
    if (messageTime(message) !== messageTime(before)) {
      this.#sequence += 1;
      row.sequence = this.#sequence;
    }
  }

  /** Called before the row takes its new message. */
  #setOperation(row: Row, operation: OperationId | null, journal: Journal): void {
    const before = row.message.operation;
    if (before !== null && this.#operations.get(before) === row) journal.drop(this.#operations, before);
    if (operation !== null) journal.set(this.#operations, operation, row);
  }

  #setProvisional(row: Row, provisional: boolean, journal: Journal): void {
    const { account, id } = row.message;
    if (provisional) journal.set(journal.inner(this.#provisional, account), id, row);
    else {
      const ofAccount = this.#provisional.get(account);
      if (ofAccount !== undefined) journal.drop(ofAccount, id);
    }
  }
}
