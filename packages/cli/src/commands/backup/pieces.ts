import type { AccountId, ImportedMessage, RemoteKey } from '@natter/core';
import type { ClientLink } from '@natter/core/link';

/** Messages that go to the store at once. */
const pieceSize = 200;
/** Characters of the backup, so that no piece is more than the link carries. */
const pieceLength = 256 * 1024;

/** Gathers the messages of a conversation, so that they are stored in pieces. */
export class Pieces {
  /** How many were not here yet. */
  messages = 0;
  readonly #link: ClientLink;
  #account: AccountId | null = null;
  #conversation: RemoteKey | null = null;
  #after: RemoteKey | null = null;
  #gathered: ImportedMessage[] = [];
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
    this.#length += length;
    if (this.#gathered.length >= pieceSize || this.#length >= pieceLength) await this.flush();
  }

  async flush(): Promise<void> {
    const [account, conversation, messages] = [this.#account, this.#conversation, this.#gathered];
    if (account === null || conversation === null || messages.length === 0) return;
    this.#gathered = [];
    this.#length = 0;
    const history = { conversation, after: this.#after, messages };
    this.messages += (await this.#link.call('history.import', { account, history })).messages;
    this.#after = messages.findLast(({ item }) => item.stable !== null)?.item.stable ?? this.#after;
  }
}
