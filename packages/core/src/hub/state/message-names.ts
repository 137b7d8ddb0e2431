import type { Message, RemoteKey } from '../../model/index.ts';

/** One message as the transaction sees it; all its names lead here, so that a new state of it is written once. */
export interface Cell {
  /** `null`: dropped by this transaction; `undefined`: a name leads to it, but nobody has read it yet. */
  message: Message | null | undefined;
  written: boolean;
  /** Made by this transaction: the store has no row with its id. */
  readonly isNew: boolean;
  /** The fresh row before this one in its conversation. */
  readonly before: Cell | null;
}

/** The cell of a row that was made by this transaction. */
export type FreshCell = Cell & { message: Message };

/** How many fresh rows are looked through one by one. */
const few = 8;

/**
 * What the messages of one conversation are called within a transaction; sender-chosen names by sender. A commit of live
 * traffic brings a message or two to each of many conversations: making maps for each would cost more than the rest of
 * the commit, so fresh rows stand in a chain, whose end the cell of each holds, until they are many.
 */
export class MessageNames {
  #fresh: Cell | null = null;
  #freshCount = 0;
  #maps: NameMaps | null = null;

  stable(key: RemoteKey): Cell | undefined {
    const named = this.#maps?.stable.get(key);
    if (named !== undefined) return named;
    for (let cell = this.#fresh; cell !== null; cell = cell.before)
      if (cell.message?.stable === key) return cell;
    return undefined;
  }

  claimed(sender: RemoteKey, key: string): Cell | undefined {
    const named = this.#maps?.claimed.get(sender)?.get(key);
    if (named !== undefined) return named;
    for (let cell = this.#fresh; cell !== null; cell = cell.before)
      if (cell.message?.claimed === key && cell.message.sender.key === sender) return cell;
    return undefined;
  }

  /** Takes in a row that was made just now. */
  add(message: Message): FreshCell {
    const cell: FreshCell = { message, written: true, isNew: true, before: this.#fresh };
    this.#fresh = cell;
    this.#freshCount += 1;
    if (this.#freshCount > few) this.#mapFresh();
    return cell;
  }

  /** The cell's names lead to it from now on, whatever they led to before. */
  name(cell: Cell, { stable, claimed, sender }: Message): void {
    if (stable !== null) this.alias(null, stable, cell);
    if (claimed !== null) this.alias(sender.key, claimed, cell);
  }

  /** A further name; `sender` is `null` for stable keys. */
  alias(sender: RemoteKey | null, key: string, cell: Cell): void {
    const { stable, claimed }: NameMaps = (this.#maps ??= { stable: new Map(), claimed: new Map() });
    if (sender === null) stable.set(key as RemoteKey, cell);
    else {
      const ofSender = claimed.get(sender);
      if (ofSender === undefined) claimed.set(sender, new Map<string, Cell>([[key, cell]]));
      else ofSender.set(key, cell);
    }
  }

  #mapFresh(): void {
    for (let cell = this.#fresh; cell !== null; cell = cell.before)
      if (cell.message) this.name(cell, cell.message);
    this.#fresh = null;
    this.#freshCount = few;
  }
}

interface NameMaps {
  readonly stable: Map<RemoteKey, Cell>;
  readonly claimed: Map<RemoteKey, Map<string, Cell>>;
}
