import type { Row } from './conversation-rows.ts';

/**
 * Finds rows by a name: a hash table of numbers with open addressing. A Map with texts for keys reads the text of every
 * key that it passes by, wherever that lies in memory, and again whenever it grows; with tens of thousands of messages
 * that is half of what storing the next one costs. Here the numbers of a few neighbours lie side by side, and only the
 * row that is found is read.
 */
export class NameIndex {
  /** Pairs: the number of a name, and where its row stands in `#rows`; 0 is a free slot. */
  #slots = new Int32Array(2 * 8);
  /** The first is no row. One that is gone leaves its slot taken, or those behind it would not be found. */
  #rows: (Row | undefined)[] = [undefined];
  readonly #nameOf: (row: Row) => string | null;

  constructor(nameOf: (row: Row) => string | null) {
    this.#nameOf = nameOf;
  }

  get(name: string): Row | undefined {
    return this.#rows[this.#slots[this.#find(name, numberOf(name)) + 1] as number];
  }

  /** False when the name is taken; then nothing is changed. */
  add(name: string, row: Row): boolean {
    const number = numberOf(name);
    const slot = this.#find(name, number);
    if (this.#slots[slot + 1] !== 0) return false;
    this.#slots[slot] = number;
    this.#slots[slot + 1] = this.#rows.push(row) - 1;
    // Three quarters full, runs of taken slots begin to grow long.
    if (this.#rows.length * 8 > this.#slots.length * 3) this.#grow();
    return true;
  }

  delete(name: string): void {
    this.#rows[this.#slots[this.#find(name, numberOf(name)) + 1] as number] = undefined;
  }

  /** The slot of a name, or the free one that it would get. */
  #find(name: string, number: number): number {
    const slots = this.#slots;
    let slot = firstSlot(slots, number);
    for (; slots[slot + 1] !== 0; slot = nextSlot(slots, slot)) {
      if (slots[slot] !== number) continue;
      const row = this.#rows[slots[slot + 1] as number];
      if (row !== undefined && this.#nameOf(row) === name) break;
    }
    return slot;
  }

  /** Makes twice the room. What is gone keeps its slot: hardly any row of a store ever goes. */
  #grow(): void {
    const slots = this.#slots;
    const room = new Int32Array(2 * slots.length);
    for (let from = 0; from < slots.length; from += 2) {
      if (slots[from + 1] === 0) continue;
      const number = slots[from] as number;
      let slot = firstSlot(room, number);
      while (room[slot + 1] !== 0) slot = nextSlot(room, slot);
      room[slot] = number;
      room[slot + 1] = slots[from + 1] as number;
    }
    this.#slots = room;
  }
}

/** The number of slots is a power of two. */
function firstSlot(slots: Int32Array, number: number): number {
  return (number * 2) & (slots.length - 2);
}

function nextSlot(slots: Int32Array, slot: number): number {
  return (slot + 2) & (slots.length - 2);
}

/** Drawn for each process: who chooses names cannot know which of them get the same number. */
const secret = (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) | 1;

/** A number made of a text; different texts hardly ever have the same one. */
function numberOf(text: string): number {
  let number = text.length;
  for (let index = 0; index < text.length; index += 1)
    number = Math.imul(number ^ text.charCodeAt(index), secret) ^ (number >>> 15);
  return number | 0;
}
