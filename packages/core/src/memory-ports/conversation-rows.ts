import {
  errorData,
  NatterError,
  type ConversationId,
  type Member,
  type Message,
  type MessageId,
  type OrderKey,
  type RemoteKey,
} from '../model/index.ts';
import type { Journal } from './journal.ts';

/** A stored message. Every index leads to the row, so that replacing a message touches nothing else. */
export interface Row {
  message: Message;
  /** Later stored, higher: breaks ties of time. */
  sequence: number;
}

/** The messages of one conversation in order, and by what the network calls them. */
export class ConversationRows {
  readonly ordered: Row[] = [];
  readonly stable: Map<RemoteKey, Row> = new Map();
  readonly claimed: Map<RemoteKey, Map<string, Row>> = new Map();
  /** Further names; the outer key is the sender, `null` for stable keys. */
  readonly aliases: Map<RemoteKey | null, Map<string, MessageId>> = new Map();
  readonly members: Map<RemoteKey, Member> = new Map();

  /** Two messages of one name would be one message shown twice: the hub must have merged them. */
  insert(row: Row, journal: Journal): void {
    const { stable, claimed, sender } = row.message;
    const taken =
      (stable !== null && this.stable.has(stable)) ||
      (claimed !== null && this.claimed.get(sender.key)?.has(claimed));
    if (taken) throw nameTaken(row.message);
    this.#add(row);
    journal.note(() => this.#take(row));
  }

  remove(row: Row, journal: Journal): void {
    this.#take(row);
    journal.note(() => this.#add(row));
  }

  /** How many rows stand before an order key. */
  before(order: OrderKey): number {
    return lowerBound(this.ordered, (row) => row.message.order < order);
  }

  /** How many rows stand before an order key or on it. */
  upTo(order: OrderKey): number {
    return lowerBound(this.ordered, (row) => row.message.order <= order);
  }

  #add(row: Row): void {
    const { stable, claimed, sender } = row.message;
    if (stable !== null) this.stable.set(stable, row);
    if (claimed !== null) {
      const ofSender = this.claimed.get(sender.key);
      if (ofSender === undefined) this.claimed.set(sender.key, new Map([[claimed, row]]));
      else ofSender.set(claimed, row);
    }
    const at = this.#place(row);
    if (at === this.ordered.length) this.ordered.push(row);
    else this.ordered.splice(at, 0, row);
  }

  #take(row: Row): void {
    const { stable, claimed, sender } = row.message;
    if (stable !== null) this.stable.delete(stable);
    if (claimed !== null) this.claimed.get(sender.key)?.delete(claimed);
    this.ordered.splice(this.#place(row), 1);
  }

  #place(row: Row): number {
    const last = this.ordered.at(-1);
    if (last === undefined || precedes(last, row)) return this.ordered.length;
    return lowerBound(this.ordered, (other) => precedes(other, row));
  }
}

/** The rows of all conversations. */
export type Conversations = Map<ConversationId, ConversationRows>;

/** Whether two states of a message have the same place and the same names. */
export function sameKeys(a: Message, b: Message): boolean {
  return (
    a.order === b.order &&
    a.stable === b.stable &&
    a.claimed === b.claimed &&
    a.sender.key === b.sender.key &&
    a.conversation === b.conversation
  );
}

function nameTaken(message: Message): NatterError {
  return new NatterError(
    errorData(
      'internal',
      `another message of the conversation has the network's name of message ${message.id}`,
      {
        scope: 'message',
        userAction: 'report',
      },
    ),
  );
}

function precedes(a: Row, b: Row): boolean {
  if (a.message.order !== b.message.order) return a.message.order < b.message.order;
  return a.message.id < b.message.id;
}

/** The first index for which the predicate, true for a beginning of the list, is false. */
function lowerBound<Value>(list: readonly Value[], isBefore: (value: Value) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(list[middle] as Value)) low = middle + 1;
    else high = middle;
  }
  return low;
}
