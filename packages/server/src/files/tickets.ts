import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AccountId, FileId } from '../ports/identifiers.ts';

/** Leave to transfer one file for one account, until a time. */
export interface Ticket {
  readonly account: AccountId;
  readonly file: FileId;
  readonly until: number;
}

/** Signs tickets and knows its own again. The key is kept with the data: a transfer goes on after a restart. */
export class Tickets {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  issue({ account, file, until }: Ticket): string {
    const claim = `${account}.${file}.${until}`;
    return `${claim}.${this.#sign(claim)}`;
  }

  /** `null` for a ticket that is not ours, of another file, or out of date. */
  read(text: string, file: FileId, now: number): Ticket | null {
    const end = text.lastIndexOf('.');
    const given = Buffer.from(text.slice(end + 1));
    const right = Buffer.from(this.#sign(text.slice(0, Math.max(0, end))));
    if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
    const [account = NaN, of = NaN, until = NaN] = text.slice(0, end).split('.').map(Number);
    return of === file && now < until ? { account, file, until } : null;
  }

  #sign(claim: string): string {
    return createHmac('sha256', this.#key).update(claim).digest('base64url');
  }
}
