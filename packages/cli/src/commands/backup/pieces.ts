import type { AccountId, Event, ImportedMessage, RemoteKey } from '@natter/core';
import type { ClientLink } from '@natter/core/link';

/** Messages that go to the store at once. */
const pieceSize = 200;
/** Characters of the backup, so that no piece is more than the link carries. */
const pieceLength = 256 * 1024;

/** Gathers the contacts and conversations of an account, then the messages of each conversation, so that they are stored in pieces. */
export class Pieces {
  /** How many were not here yet. */
  messages = 0;
  readonly #link: ClientLink;
  #account: AccountId | null = null;
  #conversation: RemoteKey | null = null;
  #after: RemoteKey | null = null;
  #gathered: ImportedMessage[] = [];
  #events: Event[] = [];
  #length = 0;

  constructor(link: ClientLink) {
    this.#link = link;
  }

  /** `length`: characters of the message in the backup. */
  async add(
    account: AccountId,
    conversation: RemoteKey,
    message: ImportedMessage,
    length: number,
  ): Promise<void> {
    if (account !== this.#account || conversation !== this.#conversation) {
      await this.flush();
      [this.#account, this.#conversation, this.#after] = [account, conversation, null];
    }
    this.#gathered.push(message);
    await this.#added(length);
  }

  /** A contact or a conversation. */
  async addEvent(account: AccountId, event: Event, length: number): Promise<void> {
    if (account !== this.#account || this.#gathered.length > 0) await this.flush();
    [this.#account, this.#conversation] = [account, null];
    this.#events.push(event);
    await this.#added(length);
  }

  async #added(length: number): Promise<void> {
    this.#length += length;
    const size = this.#gathered.length + this.#events.length;
    if (size >= pieceSize || this.#length >= pieceLength) await this.flush();
  }

  async flush(): Promise<void> {
    const account = this.#account;
    const [conversation, messages, events] = [this.#conversation, this.#gathered, this.#events];
    if (account === null) return;
    this.#gathered = [];
    this.#events = [];
    this.#length = 0;
    if (events.length > 0) await this.#link.call('history.import', { account, events });
    if (conversation === null || messages.length === 0) return;
    const history = { conversation, after: this.#after, messages };
    this.messages += (await this.#link.call('history.import', { account, history })).messages;
    this.#after = messages.findLast(({ item }) => item.stable !== null)?.item.stable ?? this.#after;
  }
}
