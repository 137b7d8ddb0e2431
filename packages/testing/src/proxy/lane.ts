import type { Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { Ending, LaneFaults } from './faults.ts';

interface Parcel {
  bytes: Buffer;
  /** When it may go on, in `performance.now()` milliseconds. */
  due: number;
}

/** What a lane needs from its connection. */
export interface LaneOptions {
  source: Socket;
  sink: Socket;
  random: Random;
  /** The most bytes it holds; past that it stops reading, so that the sender feels the pressure. */
  capacity: number;
  /** Ends every wait when the connection is gone. */
  signal: AbortSignal;
  /** Cuts the whole connection. */
  cut(how: 'reset' | 'close'): void;
}

/** One direction of a connection: reads from one socket, does harm, writes to the other. */
export class Lane {
  readonly #options: LaneOptions;
  readonly #queue: Parcel[] = [];
  #queued = 0;
  #faults: LaneFaults = {};
  #forwarded = 0;
  #lost = 0;
  #sourceEnded = false;
  #ending: Ending | null = null;
  #wake: () => void = () => {};

  constructor(options: LaneOptions) {
    this.#options = options;
    options.source.on('data', (bytes: Buffer) => this.#take(bytes));
    options.source.on('end', () => {
      this.#sourceEnded = true;
      this.#wake();
    });
    options.signal.addEventListener('abort', () => this.#wake(), { once: true });
    void this.#pump();
  }

  /** The faults in force; setting them takes effect with the next byte. */
  get faults(): LaneFaults {
    return this.#faults;
  }

  set faults(faults: LaneFaults) {
    this.#faults = faults;
    this.#wake();
  }

  /** Bytes that were written on. */
  get forwarded(): number {
    return this.#forwarded;
  }

  /** True for a black hole: not even the end of the connection comes through. */
  get swallows(): boolean {
    return this.#ending === 'black-hole';
  }

  /** Bytes that vanished in a black hole or after a half-close. */
  get lost(): number {
    return this.#lost;
  }

  /** Bytes that are held: never more than the capacity and one read. */
  get queued(): number {
    return this.#queued;
  }

  /** Ends the direction now. */
  end(how: Ending): void {
    if (this.#ending !== null) return;
    this.#ending = how;
    this.#lose();
    if (how === 'half-close') this.#options.sink.end();
    else if (how !== 'black-hole') this.#options.cut(how);
    this.#wake();
  }

  #take(bytes: Buffer): void {
    if (this.#ending !== null) {
      this.#lost += bytes.length;
      return;
    }
    const { base, jitter = 0 } = this.#faults.latency ?? { base: 0 };
    const earliest = performance.now() + base + this.#options.random.next() * jitter;
    this.#queue.push({ bytes, due: Math.max(earliest, this.#queue.at(-1)?.due ?? 0) });
    this.#queued += bytes.length;
    if (this.#queued >= this.#options.capacity) this.#options.source.pause();
    this.#wake();
  }

  async #pump(): Promise<void> {
    const { signal, sink } = this.#options;
    while (!signal.aborted && this.#ending === null) {
      const parcel = this.#queue[0];
      if (parcel === undefined && this.#sourceEnded) {
        sink.end();
        return;
      }
      if (parcel === undefined || this.#faults.stalled === true) await this.#change();
      else if (parcel.due > performance.now()) await this.#pause(parcel.due - performance.now());
      else await this.#forward(parcel);
    }
  }

  /** Writes one slice of the first parcel. */
  async #forward(parcel: Parcel): Promise<void> {
    const { endAfter, bandwidth } = this.#faults;
    const left = endAfter === undefined ? Infinity : endAfter.bytes - this.#forwarded;
    const slice = this.#cutOff(parcel, Math.min(this.#sliceLength(), left));
    if (slice.length > 0) {
      await this.#write(this.#corrupted(slice));
      this.#forwarded += slice.length;
      if (bandwidth !== undefined) await this.#pause((slice.length / bandwidth) * 1000);
    }
    if (endAfter !== undefined && this.#forwarded >= endAfter.bytes) this.end(endAfter.how);
  }

  #sliceLength(): number {
    const { slice, bandwidth } = this.#faults;
    // A slow link trickles: it does not wait and then deliver a whole read at once.
    const trickle = bandwidth === undefined ? Infinity : Math.max(1, Math.floor(bandwidth / 50));
    if (slice === undefined) return trickle;
    return Math.min(
      trickle,
      typeof slice === 'number' ? slice : this.#options.random.between(slice.min, slice.max),
    );
  }

  #cutOff(parcel: Parcel, length: number): Buffer {
    const slice = parcel.bytes.subarray(0, Math.max(0, length));
    parcel.bytes = parcel.bytes.subarray(slice.length);
    if (parcel.bytes.length === 0) this.#queue.shift();
    this.#queued -= slice.length;
    if (this.#queued < this.#options.capacity) this.#options.source.resume();
    return slice;
  }

  #corrupted(bytes: Buffer): Buffer {
    const { corrupt } = this.#faults;
    if (corrupt === undefined) return bytes;
    const { random } = this.#options;
    return bytes.map((byte) =>
      random.chance(corrupt) ? byte ^ (1 << random.between(0, 7)) : byte,
    ) as Buffer;
  }

  async #write(bytes: Buffer): Promise<void> {
    const { sink } = this.#options;
    if (!sink.writable) return;
    await new Promise<void>((resolve) => sink.write(bytes, () => resolve()));
    // A turn between two writes, so that the receiver reads them as two.
    if (this.#faults.slice !== undefined) await nextTurn();
  }

  #lose(): void {
    this.#lost += this.#queued;
    this.#queue.length = 0;
    this.#queued = 0;
    this.#options.source.resume();
  }

  /** Waits for a byte, another fault, or the end. */
  #change(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  async #pause(milliseconds: number): Promise<void> {
    // The only rejection is the abort, which the loop looks at next.
    await sleep(milliseconds, undefined, { signal: this.#options.signal }).catch(() => {});
  }
}
