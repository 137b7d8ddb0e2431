/** Whether the server still takes newcomers. Shared by all that answers them. */
export class Lifecycle {
  #draining = false;

  /** It sends everybody elsewhere; there is no way back. */
  get draining(): boolean {
    return this.#draining;
  }

  drain(): void {
    this.#draining = true;
  }
}

/** Shortest and longest time after which clients are asked to come again, in milliseconds. */
const soonest = 1_000;
const widest = 30_000;

/**
 * When one of so many clients shall come again: spread at random, so that they do not all come at once and the next
 * server stands up. Two milliseconds are a sign-in.
 */
export function returnTime(clients: number): number {
  return Math.round(soonest + Math.random() * Math.min(widest, soonest + clients * 2));
}
