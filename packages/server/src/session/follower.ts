import { encodeFrame } from '@natter/native-protocol';
import type { Connection } from '../listener/connection.ts';
import type { AccountId } from '../ports/identifiers.ts';
import type { Notice } from '../ports/bus.ts';
import type { Inbox, InboxPage } from '../ports/inbox.ts';
import { Refusal } from '../ports/refusal.ts';

type Updates = Extract<Notice, { kind: 'updates' }>;

/** Bytes of a page of updates: half of what a client takes as one frame, and the first update may be any size. */
const pageBytes = 1024 * 1024;

/**
 * Follows the update log of one account for one session. It is idle until `page` has reached the end of the log;
 * from then on it pushes what the bus brings, as long as that continues without a hole. After a hole, or when the
 * reader is too slow, it says `lagging` and is idle again: the store is the truth, and the client reads on from it.
 */
export class Follower {
  readonly #inbox: Inbox;
  readonly #connection: Connection;
  readonly #account: AccountId;
  /** The last position that was sent, when following. */
  #position: number | null = null;
  /** What came while a page was being read. */
  #early: Updates[] | null = null;
  #owesLagging = false;

  constructor(inbox: Inbox, connection: Connection, account: AccountId) {
    this.#inbox = inbox;
    this.#connection = connection;
    this.#account = account;
  }

  /** Reads a page, as the JSON text of an `UpdatePage`. @throws Refusal `cursor-unknown` */
  async page(after: number, limit: number): Promise<string> {
    this.#position = null;
    this.#owesLagging = false;
    const early: Updates[] = [];
    this.#early = early;
    let page: InboxPage;
    try {
      page = await this.#inbox.since(this.#account, after, limit, pageBytes);
    } finally {
      this.#early = null;
    }
    if (after > page.head)
      throw new Refusal('cursor-unknown', 'The update log ends before this cursor; start over from 0.');
    const [first] = page.entries;
    // The log was cut, or the server was set back to a backup: what stood here is not known.
    if (first !== undefined && first.position !== after + 1)
      throw new Refusal('cursor-unknown', 'The update log has a hole behind this cursor; start over.');
    const cursor = page.entries.at(-1)?.position ?? after;
    const more = cursor < page.head;
    if (!more) {
      this.#position = cursor;
      for (const notice of early) this.notice(notice);
    }
    const updates = page.entries.map((entry) => entry.update).join(',');
    return `{"updates":[${updates}],"cursor":${cursor},"head":${page.head},"more":${more}}`;
  }

  /** The bus has brought updates. */
  notice(notice: Updates): void {
    if (this.#position === null) {
      this.#early?.push(notice);
      return;
    }
    const known = this.#position - notice.first + 1;
    const last = notice.first + notice.updates.length - 1;
    if (last <= this.#position) return;
    if (known < 0) return this.#lag();
    const updates = known === 0 ? notice.updates : notice.updates.slice(known);
    if (!this.#connection.push(`{"type":"updates","cursor":${last},"updates":[${updates.join(',')}]}`))
      return this.#lag();
    this.#position = last;
  }

  /** Finds out whether the bus has lost something. Called now and then. */
  async check(): Promise<void> {
    if (this.#position === null) return;
    const head = await this.#inbox.head(this.#account);
    if (this.#position !== null && head > this.#position) this.#lag();
  }

  /** The reader takes frames again. */
  async drained(): Promise<void> {
    if (!this.#owesLagging) return;
    const head = await this.#inbox.head(this.#account);
    if (this.#owesLagging && this.#connection.push(encodeFrame({ type: 'lagging', head })))
      this.#owesLagging = false;
  }

  #lag(): void {
    this.#position = null;
    this.#early = null;
    this.#owesLagging = true;
    if (!this.#connection.congested) void this.drained();
  }
}
