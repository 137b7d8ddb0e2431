import type { Room } from './room.ts';

/** Milliseconds. */
export interface WatchTimes {
  /** How long a room may be quiet until it is asked whether we are still inside. */
  readonly roomQuietTime: number;
  /** When to knock again after a mishap; doubled each time. */
  readonly roomRetryTime: number;
}

/**
 * Sees to it that we stay in the rooms where we are to be. A room may lose us without a word, as when its server starts anew:
 * one that has been quiet is asked (XEP-0410), and one where we are outside by mishap is entered again.
 */
export class RoomWatch {
  readonly #times: WatchTimes;
  readonly #rooms: () => Iterable<Room>;
  readonly #comeBack: (room: Room) => Promise<void>;
  readonly #retries = new Map<Room, ReturnType<typeof setTimeout>>();
  #rounds: ReturnType<typeof setInterval> | null = null;

  /** `comeBack` asks a room that we think to be in, enters one that we are outside of, and never rejects. */
  constructor(times: WatchTimes, rooms: () => Iterable<Room>, comeBack: (room: Room) => Promise<void>) {
    this.#times = times;
    this.#rooms = rooms;
    this.#comeBack = comeBack;
  }

  start(): void {
    this.#rounds ??= setInterval(() => this.#look(), this.#times.roomQuietTime);
  }

  stop(): void {
    if (this.#rounds !== null) clearInterval(this.#rounds);
    for (const timer of this.#retries.values()) clearTimeout(timer);
    this.#retries.clear();
    this.#rounds = null;
  }

  /** We are outside, and nobody wanted that. */
  lost(room: Room, wait: number = this.#times.roomRetryTime): void {
    if (this.#rounds === null || this.#retries.has(room)) return;
    // Whoever was put out together shall not come back all at once.
    const timer = setTimeout(() => void this.#again(room, wait), wait * (0.5 + Math.random() / 2));
    this.#retries.set(room, timer);
  }

  async #again(room: Room, wait: number): Promise<void> {
    this.#retries.delete(room);
    if (!isWanted(room)) return;
    await this.#comeBack(room);
    if (isWanted(room)) this.lost(room, Math.min(wait * 2, this.#times.roomQuietTime));
  }

  #look(): void {
    const now = performance.now();
    for (const room of this.#rooms()) {
      if (isWanted(room)) this.lost(room);
      else if (room.phase === 'inside' && now - room.heardAt >= this.#times.roomQuietTime)
        void this.#comeBack(room);
    }
  }
}

function isWanted(room: Room): boolean {
  return !room.left && room.phase === 'outside';
}
