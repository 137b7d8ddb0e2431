import type { Row } from './conversation-rows.ts';

/** Rows as they came; each keeps its place, and leaves it empty when it goes. The first place is nobody's. */
export type Places = readonly (Row | undefined)[];

/**
 * Finds rows by a name: a hash table of numbers with open addressing. A Map with texts for keys reads the text of every
 * key that it passes by, wherever that lies in memory, and again whenever it grows; with tens of thousands of messages
 * that is half of what storing the next one costs. Here the numbers of a few neighbours lie side by side, and only the
 * row that is found is read.
 */
export class NameIndex {
  /** Pairs: the number of a name, and the place of its row; 0 is a free slot. */
  #slots = new Int32Array(2 * 8);
  #taken = 0;
  readonly #rows: Places;
  readonly #nameOf: (row: Row) => string | null;

  constructor(rows: Places, nameOf: (row: Row) => string | null) {
    this.#rows = rows;
    this.#nameOf = nameOf;
  }

  get(name: string): Row | undefined {
    return this.#rows[this.placeOf(name)];
  }

  /** The place of the row with this name; 0 when there is none. */
  placeOf(name: string): number {
    return this.#slots[this.#find(name, numberOf(name)) + 1] as number;
  }

  /** Adds the name of the row at a place. False when the name is taken; then nothing is changed. */
  add(name: string, place: number): boolean {
    const number = numberOf(name);
    const slot = this.#find(name, number);
    if (this.#slots[slot + 1] !== 0) return false;
    this.#slots[slot] = number;
    this.#slots[slot + 1] = place;
    this.#taken += 1;
    // Three quarters full, runs of taken slots begin to grow long.
    if (this.#taken * 8 > this.#slots.length * 3) this.#grow();
    return true;
  }

  /** The slot of a name, or the free one that it would get. */
  #find(name: string, number: number): number {
    const slots = this.#slots;
    let slot = firstSlot(slots, number);
    // The slot of a row that went stays taken, or those behind it would not be found.
    for (; slots[slot + 1] !== 0; slot = nextSlot(slots, slot)) {
      if (slots[slot] !== number) continue;
      const row = this.#rows[slots[slot + 1] as number];
      if (row !== undefined && this.#nameOf(row) === name) break;
    }
    return slot;
  }

  /** Makes twice the room, without what went. */
  #grow(): void {
    const slots = this.#slots;
    const room = new Int32Array(2 * slots.length);
    for (let from = 0; from < slots.length; from += 2) {
      const place = slots[from + 1] as number;
      if (place === 0) continue;
      if (this.#rows[place] === undefined) {
        this.#taken -= 1;
        continue;
      }
      const number = slots[from] as number;
      let slot = firstSlot(room, number);
      while (room[slot + 1] !== 0) slot = nextSlot(room, slot);
      room[slot] = number;
      room[slot + 1] = place;
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
