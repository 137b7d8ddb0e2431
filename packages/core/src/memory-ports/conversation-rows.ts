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
import { NameIndex } from './name-index.ts';

/** A stored message. Every index leads to the row, so that replacing a message touches nothing else. */
export interface Row {
  message: Message;
  /** Later stored, higher: breaks ties of time. */
  sequence: number;
}

/** The messages of one conversation in order, and by what the network calls them. */
export class ConversationRows {
  readonly ordered: Row[] = [];
  /** See {@link Places}: what the indexes of names lead to. */
  readonly #places: (Row | undefined)[] = [undefined];
  readonly #stable = new NameIndex(this.#places, ({ message }) => message.stable);
  readonly #claimed = new Map<RemoteKey, NameIndex>();
  /** Further names; the outer key is the sender, `null` for stable keys. */
  readonly aliases: Map<RemoteKey | null, Map<string, MessageId>> = new Map();
  readonly members: Map<RemoteKey, Member> = new Map();

  /** The row of a key that the server gave. */
  stable(key: RemoteKey): Row | undefined {
    return this.#stable.get(key);
  }

  /** The row of a key that its sender chose. */
  claimed(sender: RemoteKey, key: string): Row | undefined {
    return this.#claimed.get(sender)?.get(key);
  }

  /** Adds a row. Two messages of one name would be one message shown twice: the hub must have merged them. */
  add(row: Row): void {
    const { stable, claimed, sender } = row.message;
    const place = stable === null && claimed === null ? 0 : this.#places.push(row) - 1;
    if (stable !== null && !this.#stable.add(stable, place)) throw nameTaken(row.message);
    if (claimed !== null && !this.#claimedBy(sender.key).add(claimed, place)) {
      this.#places[place] = undefined;
      throw nameTaken(row.message);
    }
    const at = this.#place(row);
    if (at === this.ordered.length) this.ordered.push(row);
    else this.ordered.splice(at, 0, row);
  }

  /** Takes a row out again. */
  take(row: Row): void {
    const { stable, claimed, sender } = row.message;
    if (stable !== null) this.#places[this.#stable.placeOf(stable)] = undefined;
    else if (claimed !== null) this.#places[this.#claimedBy(sender.key).placeOf(claimed)] = undefined;
    this.ordered.splice(this.#place(row), 1);
  }

  /** How many rows stand before an order key. */
  before(order: OrderKey): number {
    return lowerBound(this.ordered, (row) => row.message.order < order);
  }

  /** How many rows stand before an order key or on it. */
  upTo(order: OrderKey): number {
    return lowerBound(this.ordered, (row) => row.message.order <= order);
  }

  #claimedBy(sender: RemoteKey): NameIndex {
    let index = this.#claimed.get(sender);
    if (index === undefined) {
      index = new NameIndex(this.#places, ({ message }) => message.claimed);
      this.#claimed.set(sender, index);
    }
    return index;
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
  if (a.message.order < b.message.order) return true;
  return a.message.order === b.message.order && a.message.id < b.message.id;
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
