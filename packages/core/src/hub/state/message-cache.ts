import type { ConversationId, Message, MessageId, OperationId, RemoteKey } from '../../model/index.ts';
import type { MessageLookup } from '../../ports/index.ts';
import { MessageNames, newCell } from './message-names.ts';
import type { Cell, OwnTail } from './message-names.ts';
import type { Tail } from './profile.ts';
import type { TransactionReads } from './transaction-reads.ts';

/**
 * The messages that a transaction has looked up or written. Lookups go to the store in one call for a whole batch;
 * after that, reading is synchronous, and what was not found is `null`.
 */
export class MessageCache {
  readonly #store: Pick<TransactionReads, 'findMessages'>;
  readonly #byId = new Map<MessageId, Cell>();
  readonly #byOperation = new Map<OperationId, Cell>();
  readonly #byConversation = new Map<ConversationId, MessageNames>();
  /** The conversation that was asked for last, and its names: what is taken in comes conversation by conversation. */
  #current: ConversationId | null = null;
  #currentNames: MessageNames | undefined;
  readonly #changed: Cell[] = [];
  readonly #added: Cell[] = [];
  /** How many of these are in `#byId`: most are never asked for by their id. */
  #indexed = 0;
  /** Conversations in which a row has gone or got another place: what lies behind a place must be counted anew. */
  readonly moved: Set<ConversationId> = new Set();
  readonly #removed = new Map<MessageId, Message>();

  constructor(store: Pick<TransactionReads, 'findMessages'>) {
    this.#store = store;
  }

  /** Reads what is not here yet. Call it before `get`, `stable` and `claimed` of the same names. */
  async prefetch(lookups: readonly MessageLookup[]): Promise<void> {
    const unknown = (lookup: MessageLookup): boolean => this.#find(lookup) === undefined;
    // As a rule nothing of it is here.
    const missing = lookups.every(unknown) ? lookups : lookups.filter(unknown);
    if (missing.length === 0) return;
    const found = await this.#store.findMessages(missing);
    for (let index = 0; index < missing.length; index += 1) {
      const message = found[index];
      const lookup = missing[index];
      if (message && lookup) this.#learn(lookup, message);
    }
  }

  get(id: MessageId): Message | null {
    return this.#ids().get(id)?.message ?? null;
  }

  stable(conversation: ConversationId, key: RemoteKey): Message | null {
    return this.#namesOf(conversation)?.stable(key)?.message ?? null;
  }

  claimed(conversation: ConversationId, sender: RemoteKey, key: string): Message | null {
    return this.#namesOf(conversation)?.claimed(sender, key)?.message ?? null;
  }

  /** The message that a send of ours created. */
  operation(operation: OperationId): Message | null {
    return this.#byOperation.get(operation)?.message ?? null;
  }

  /** Writes a row; its names lead to it from now on. */
  put(message: Message): void {
    const cell = this.#cell(message.id);
    cell.message = message;
    this.#name(cell, message);
    if (!cell.written) this.#changed.push(cell);
    cell.written = true;
  }

  /** Writes a row that was made just now: its id is new. */
  add(message: Message): void {
    const cell = newCell(message, true);
    this.#added.push(cell);
    this.#name(cell, message);
  }

  /** The tail of a conversation, as far as this transaction has read or moved it. */
  tail(conversation: ConversationId): OwnTail | null {
    return this.#namesOf(conversation)?.tail ?? null;
  }

  setTail(conversation: ConversationId, tail: OwnTail): void {
    this.#names(conversation).tail = tail;
  }

  /** Tells every tail that this transaction has read or moved. */
  forEachTail(tell: (tail: Tail, conversation: ConversationId) => void): void {
    this.#byConversation.forEach(({ tail }, conversation) => {
      if (tail !== null) tell(tail, conversation);
    });
  }

  /** A further name for a message. */
  alias(conversation: ConversationId, sender: RemoteKey | null, key: string, message: MessageId): void {
    this.#names(conversation).alias(sender, key, this.#cell(message));
  }

  /** Drops a row that is a double; its names must have been given to the other one. */
  remove(message: Message): void {
    this.#cell(message.id).message = null;
    this.#removed.set(message.id, message);
    this.moved.add(message.conversation);
  }

  /** The rows to store that this transaction has not made. */
  changed(): readonly Message[] {
    return rowsOf(this.#changed);
  }

  /** The rows to store that are new. */
  added(): readonly Message[] {
    return rowsOf(this.#added);
  }

  /** All rows to store. */
  written(): readonly Message[] {
    const changed = this.changed();
    return changed.length === 0 ? this.added() : [...changed, ...this.added()];
  }

  removed(): readonly Message[] {
    return [...this.#removed.values()];
  }

  /** What is known under a name: a message, `null` for a dropped one, or `undefined`. */
  #find(lookup: MessageLookup): Message | null | undefined {
    if ('message' in lookup) return this.#ids().get(lookup.message)?.message;
    if ('operation' in lookup) return this.#byOperation.get(lookup.operation)?.message;
    const names = this.#namesOf(lookup.conversation);
    if (names === undefined) return undefined;
    return 'stable' in lookup
      ? names.stable(lookup.stable)?.message
      : names.claimed(lookup.sender, lookup.claimed)?.message;
  }

  #learn(lookup: MessageLookup, found: Message): void {
    // Fresh rows are not looked at: what the store has found is none of them.
    let cell = this.#byId.get(found.id);
    // A double that this transaction dropped is not there any more.
    if (cell?.message === null) return;
    if (cell === undefined) this.#byId.set(found.id, (cell = newCell(undefined)));
    // What this transaction has written or read before is at least as new as what the store says.
    if (cell.message === undefined) {
      cell.message = found;
      this.#name(cell, found);
    }
    if ('message' in lookup || 'operation' in lookup) return;
    // It may have been found by a former name, which its row does not hold.
    const names = this.#names(lookup.conversation);
    if ('sender' in lookup) {
      if (names.claimed(lookup.sender, lookup.claimed) !== cell)
        names.alias(lookup.sender, lookup.claimed, cell);
    } else if (names.stable(lookup.stable) !== cell) names.alias(null, lookup.stable, cell);
  }

  #name(cell: Cell, message: Message): void {
    if (message.operation !== null) this.#byOperation.set(message.operation, cell);
    if (message.stable !== null || message.claimed !== null)
      this.#names(message.conversation).name(cell, message);
  }

  #ids(): Map<MessageId, Cell> {
    for (; this.#indexed < this.#added.length; this.#indexed += 1) {
      const cell = this.#added[this.#indexed];
      if (cell?.message) this.#byId.set(cell.message.id, cell);
    }
    return this.#byId;
  }

  #cell(id: MessageId): Cell {
    let cell = this.#ids().get(id);
    if (cell === undefined) this.#byId.set(id, (cell = newCell(undefined)));
    return cell;
  }

  #names(conversation: ConversationId): MessageNames {
    const present = this.#namesOf(conversation);
    if (present !== undefined) return present;
    const made = new MessageNames();
    this.#byConversation.set(conversation, made);
    this.#currentNames = made;
    return made;
  }

  #namesOf(conversation: ConversationId): MessageNames | undefined {
    if (conversation !== this.#current) {
      this.#current = conversation;
      this.#currentNames = this.#byConversation.get(conversation);
    }
    return this.#currentNames;
  }
}

/** What the cells hold, without what was dropped. */
function rowsOf(cells: readonly Cell[]): readonly Message[] {
  const rows = cells.map(({ message }) => message ?? null);
  return rows.every((row) => row !== null) ? rows : rows.filter((row) => row !== null);
}
