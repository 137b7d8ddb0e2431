import {
  canBeUnread,
  isFinal,
  matchesTerms,
  messageTime,
  searchableText,
  searchTerms,
  searchWords,
  type Member,
  type Message,
  type MessageAlias,
  type MessageLookup,
  type OperationName,
  type Operation,
  type Orphan,
  type SearchQuery,
  type StoredChange,
  type StoredProfile,
  type Target,
  type TimelineQuery,
  type TimelineRows,
  type Write,
} from '@natter/core';
import { keyOf, putBy, textOf, type Kept, type KeptValues } from './kept.ts';

type MemberRow = { readonly conversation: string; readonly value: Member };

/**
 * A store without any index: lists that are gone through from the beginning. It says what a store means, so that an
 * implementation can be compared with something that is plainly right.
 */
export class NaiveStore {
  messages: readonly Message[] = [];
  #aliases: readonly MessageAlias[] = [];
  #members: readonly MemberRow[] = [];
  #changes: readonly StoredChange[] = [];
  #rest: readonly Kept[] = [];
  #lastChange = 0;

  /** All or nothing; `false` when two messages would have one name. */
  apply(writes: readonly Write[]): boolean {
    const before = [
      this.messages,
      this.#aliases,
      this.#members,
      this.#changes,
      this.#rest,
      this.#lastChange,
    ] as const;
    for (const write of writes.flatMap(singly)) {
      this.#write(write);
      if (!this.#hasDoubles()) continue;
      [this.messages, this.#aliases, this.#members, this.#changes, this.#rest, this.#lastChange] = before;
      return false;
    }
    return true;
  }

  load(): StoredProfile {
    const orphans = this.#all('orphan');
    return {
      accounts: this.#all('account'),
      contacts: this.#all('contact'),
      persons: this.#all('person'),
      distinctions: this.#all('distinction'),
      conversations: this.#all('conversation'),
      aliases: this.#all('alias'),
      operations: this.#all('operation').filter((operation) => !isFinal(operation.state)),
      gaps: this.#all('gap'),
      cursors: this.#all('cursor'),
      states: this.#all('state'),
      orphaned: [...new Set(orphans.map((orphan) => orphan.conversation))],
      lastChange: this.#lastChange,
    };
  }

  find(lookup: MessageLookup): Message | null {
    if ('message' in lookup) return this.messages.find((message) => message.id === lookup.message) ?? null;
    if ('operation' in lookup)
      return this.messages.find((message) => message.operation === lookup.operation) ?? null;
    const here = this.messages.filter((message) => message.conversation === lookup.conversation);
    const [sender, key] = 'stable' in lookup ? [null, lookup.stable] : [lookup.sender, lookup.claimed];
    const named = here.find((message) =>
      sender === null ? message.stable === key : message.sender.key === sender && message.claimed === key,
    );
    if (named) return named;
    const alias = this.#aliases.find(
      (one) => one.conversation === lookup.conversation && one.sender === sender && one.key === key,
    );
    return this.messages.find((message) => message.id === alias?.message) ?? null;
  }

  ordered(conversation: string): readonly Message[] {
    const rows = this.messages.filter((message) => message.conversation === conversation);
    return rows.sort((a, b) => (a.order < b.order ? -1 : 1));
  }

  timeline(query: TimelineQuery): TimelineRows {
    const rows = this.ordered(query.conversation).filter(
      ({ id, thread }) =>
        query.thread === undefined || id === query.thread || thread?.message === query.thread,
    );
    const anchor =
      query.at === 'end' ? rows.length : rows.filter((message) => message.order < query.at).length;
    const [from, to] = [Math.max(0, anchor - query.before), Math.min(rows.length, anchor + query.after)];
    return { rows: rows.slice(from, to), atStart: from === 0, atEnd: to === rows.length };
  }

  countUnread(conversation: string, after: string | null): { unread: number; mentions: number } {
    const behind = this.ordered(conversation).filter(
      (message) => canBeUnread(message) && (after === null || message.order > after),
    );
    return { unread: behind.length, mentions: behind.filter((message) => message.mentioned).length };
  }

  search(query: SearchQuery): readonly Message[] {
    const terms = searchTerms(query.text);
    const newestFirst = this.messages.toReversed().sort((a, b) => messageTime(b) - messageTime(a));
    const start =
      query.after === undefined ? 0 : newestFirst.findIndex((message) => message.id === query.after) + 1;
    if (terms.length === 0 || (query.after !== undefined && start === 0)) return [];
    const hits = newestFirst
      .slice(start)
      .filter(
        (message) =>
          matchesTerms(searchWords(searchableText(message)), terms) &&
          (query.conversations?.includes(message.conversation) ?? true) &&
          (query.senders === undefined ||
            (message.sender.contact !== null && query.senders.includes(message.sender.contact))) &&
          messageTime(message) >= (query.since ?? Number.NEGATIVE_INFINITY) &&
          messageTime(message) < (query.until ?? Number.POSITIVE_INFINITY),
      );
    return hits.slice(0, query.limit);
  }

  members(conversation: string): readonly Member[] {
    return this.#members.filter((row) => row.conversation === conversation).map((row) => row.value);
  }

  changes(after: number, limit: number): readonly StoredChange[] {
    const behind = this.#changes.filter((change) => change.sequence > after);
    return behind.sort((a, b) => a.sequence - b.sequence).slice(0, limit);
  }

  orphans(conversation: string, targets: readonly Target[]): readonly Orphan[] {
    const wanted = targets.map(textOf);
    return this.#all('orphan').filter(
      (orphan) => orphan.conversation === conversation && wanted.includes(textOf(orphan.target)),
    );
  }

  findOperation(name: OperationName): Operation | null {
    const fits = (operation: Operation): boolean =>
      'id' in name ? operation.id === name.id : operation.key === name.key;
    return this.#all('operation').find(fits) ?? null;
  }

  operations(limit: number): readonly Operation[] {
    return this.#all('operation')
      .toReversed()
      .sort((a, b) => b.createdAt - a.createdAt)
      .slice(0, limit);
  }

  #write(write: Write): void {
    if ('settle' in write)
      this.messages = this.messages.map((message) =>
        message.account === write.settle ? { ...message, provisional: false } : message,
      );
    else if ('remove' in write) this.#remove(write);
    else if (write.put === 'messages') for (const message of write.values) this.#putMessage(message);
    else if (write.put === 'message-alias')
      this.#aliases = putBy(this.#aliases, write.value, ({ conversation, sender, key }) =>
        textOf({ conversation, sender, key }),
      );
    else if (write.put === 'member')
      this.#members = putBy(this.#members, write, ({ conversation, value }) =>
        textOf([conversation, value.key]),
      );
    else if (write.put === 'changes') {
      const numbered = write.values.map((change, index) => ({ sequence: write.after + index + 1, change }));
      this.#changes = [...this.#changes, ...numbered];
      this.#lastChange = write.after + write.values.length;
    } else this.#rest = putBy(this.#rest, write, keyOf);
  }

  /** Among messages of one time the one stored later, or moved to that time later, is newer. */
  #putMessage(message: Message): void {
    const before = this.messages.find((one) => one.id === message.id);
    if (before && messageTime(before) === messageTime(message))
      this.messages = putBy(this.messages, message, ({ id }) => id);
    else this.messages = [...this.messages.filter((one) => one.id !== message.id), message];
  }

  #remove(write: Extract<Write, { remove: unknown }>): void {
    switch (write.remove) {
      case 'account':
        return this.#removeAccount(write.account);
      case 'message':
        return this.#removeMessage(write.message);
      case 'member':
        this.#members = this.#members.filter(
          (row) => row.conversation !== write.conversation || row.value.key !== write.key,
        );
        return;
      case 'members':
        this.#members = this.#members.filter((row) => row.conversation !== write.conversation);
        return;
      case 'changes':
        this.#changes = this.#changes.filter((change) => change.sequence > write.upTo);
        return;
      case 'contact':
        return this.#drop(
          (row) => (row.put === 'contact' || row.put === 'alias') && row.value.id === write.contact,
        );
      case 'person':
        return this.#drop((row) => row.put === 'person' && row.value.id === write.person);
      case 'distinction':
        return this.#drop((row) => keyOf(row) === keyOf({ put: 'distinction', value: write.value }));
      case 'orphan':
        return this.#drop((row) => row.put === 'orphan' && row.value.id === write.orphan);
      case 'gap':
        return this.#drop(
          (row) => row.put === 'gap' && row.value.account === write.account && row.value.gap.id === write.id,
        );
      case 'cursor':
      case 'state':
        return this.#drop(
          (row) =>
            row.put === write.remove && row.value.account === write.account && row.value.key === write.key,
        );
    }
  }

  /** Its names go with it; what names a message that is not here (yet) stays. */
  #removeMessage(id: string): void {
    if (!this.messages.some((message) => message.id === id)) return;
    this.messages = this.messages.filter((message) => message.id !== id);
    this.#aliases = this.#aliases.filter((alias) => alias.message !== id);
  }

  #removeAccount(account: string): void {
    const own = this.#all('conversation')
      .filter((conversation) => conversation.account === account)
      .map(({ id }) => id);
    const isOwn = (row: { readonly conversation: string }): boolean =>
      own.some((id) => id === row.conversation);
    this.messages = this.messages.filter((message) => message.account !== account);
    this.#aliases = this.#aliases.filter((alias) => !isOwn(alias));
    this.#members = this.#members.filter((row) => !isOwn(row));
    this.#drop((row) => {
      if (row.put === 'account') return row.value.id === account;
      if (row.put === 'orphan') return isOwn(row.value);
      return 'account' in row.value && row.value.account === account;
    });
  }

  #drop(unwanted: (row: Kept) => boolean): void {
    this.#rest = this.#rest.filter((row) => !unwanted(row));
  }

  #all<Kind extends keyof KeptValues>(kind: Kind): KeptValues[Kind][] {
    // The filter leaves the rows of one kind, which the compiler does not follow.
    return this.#rest.filter((row) => row.put === kind).map((row) => row.value as KeptValues[Kind]);
  }

  #hasDoubles(): boolean {
    const names = this.messages.flatMap(({ conversation, stable, claimed, sender }) => [
      ...(stable === null ? [] : [textOf([conversation, stable])]),
      ...(claimed === null ? [] : [textOf([conversation, sender.key, claimed])]),
    ]);
    return new Set(names).size < names.length;
  }
}

/** Messages one by one: what a message gives up, the one behind it may take. */
function singly(write: Write): readonly Write[] {
  if (!('put' in write) || write.put !== 'messages') return [write];
  return write.values.map((message) => ({ ...write, values: [message] }));
}
