import type { Message, RemoteKey } from '../../model/index.ts';
import type { Tail } from './profile.ts';

/** A tail that nobody else holds yet: moved in place, once a message. */
export type OwnTail = { -readonly [Field in keyof Tail]: Tail[Field] };

/** One message as the transaction sees it; all its names lead here, so that a new state of it is written once. */
export interface Cell {
  /** `null`: dropped by this transaction; `undefined`: a name leads to it, but nobody has read it yet. */
  message: Message | null | undefined;
  /** Whether it is among those that are to be stored. */
  written: boolean;
  /** The conversation in whose chain it stands, and the cell before it there. */
  chain: MessageNames | null;
  before: Cell | null;
}

/** A cell that nothing leads to yet. */
export function newCell(message: Message | undefined, written = false): Cell {
  return { message, written, chain: null, before: null };
}

/** How many cells are looked through one by one. */
const few = 8;

/**
 * What a transaction knows of one conversation: where it ends, and what its messages are called; sender-chosen names by sender. A commit of live
 * traffic speaks of a message or two in each of many conversations, and making maps for each of these would cost more than
 * the rest of the commit: cells stand in a chain, and are found by the names in their messages, until they are many or
 * one has a further name.
 */
export class MessageNames {
  /** The tail of the conversation, once this transaction has read or moved it. */
  tail: OwnTail | null = null;
  #last: Cell | null = null;
  #count = 0;
  #maps: NameMaps | null = null;

  stable(key: RemoteKey): Cell | undefined {
    if (this.#maps !== null) return this.#maps.stable.get(key);
    for (let cell = this.#last; cell !== null; cell = cell.before)
      if (cell.message?.stable === key) return cell;
    return undefined;
  }

  claimed(sender: RemoteKey, key: string): Cell | undefined {
    if (this.#maps !== null) return this.#maps.claimed.get(sender)?.get(key);
    for (let cell = this.#last; cell !== null; cell = cell.before)
      if (cell.message?.claimed === key && cell.message.sender.key === sender) return cell;
    return undefined;
  }

  /** The names in the cell's message lead to it from now on, whatever they led to before. */
  name(cell: Cell, message: Message): void {
    if (this.#maps === null && cell.chain === null && this.#count < few) {
      cell.chain = this;
      cell.before = this.#last;
      this.#last = cell;
      this.#count += 1;
    } else if (this.#maps !== null || cell.chain !== this) mapNames(this.#mapped(), cell, message);
  }

  /** A further name; `sender` is `null` for stable keys. */
  alias(sender: RemoteKey | null, key: string, cell: Cell): void {
    const maps = this.#mapped();
    if (sender === null) maps.stable.set(key as RemoteKey, cell);
    else claim(maps, sender, key, cell);
  }

  #mapped(): NameMaps {
    if (this.#maps !== null) return this.#maps;
    const maps: NameMaps = { stable: new Map(), claimed: new Map() };
    const cells: Cell[] = [];
    for (let cell = this.#last; cell !== null; cell = cell.before) cells.push(cell);
    for (const cell of cells.toReversed()) if (cell.message) mapNames(maps, cell, cell.message);
    this.#maps = maps;
    this.#last = null;
    return maps;
  }
}

interface NameMaps {
  readonly stable: Map<RemoteKey, Cell>;
  readonly claimed: Map<RemoteKey, Map<string, Cell>>;
}

function mapNames(maps: NameMaps, cell: Cell, { stable, claimed, sender }: Message): void {
  if (stable !== null) maps.stable.set(stable, cell);
  if (claimed !== null) claim(maps, sender.key, claimed, cell);
}

function claim({ claimed }: NameMaps, sender: RemoteKey, key: string, cell: Cell): void {
  const ofSender = claimed.get(sender);
  if (ofSender === undefined) claimed.set(sender, new Map<string, Cell>([[key, cell]]));
  else ofSender.set(key, cell);
}
