import type { OperationId, Presence, RemoteKey } from '@natter/core/model';

/** Where an operation's stanza stood in which managed session. */
export interface SentPosition {
  /** The server's name for the session. */
  readonly session: string;
  readonly number: number;
}

/** Most ids whose sender is remembered. */
const MOST_SENDERS = 5_000;

/** What one account's session remembers from one connection attempt to the next. Nothing here must survive the process. */
export class Memory {
  /** Operations whose stanza left and was not acknowledged. */
  readonly unacknowledged: Map<OperationId, SentPosition> = new Map();
  /** How much of an ended session the server had handled, by the session's name. */
  readonly handled: Map<string, number> = new Map();
  /** Presence by contact and resource (empty for the contact as a whole). */
  readonly presences: Map<RemoteKey, Map<string, Presence>> = new Map();
  /** Contacts whose request waits for our answer, and contacts who refused ours. */
  readonly requested: Set<RemoteKey> = new Set();
  readonly denied: Set<RemoteKey> = new Set();
  /** Contacts that may see our presence: only they are told that a message arrived (XEP-0184 section 8). */
  readonly watchers: Set<RemoteKey> = new Set();
  readonly #senders = new Map<string, RemoteKey>();

  /** Remembers who chose an id, for references that do not say. */
  sawMessage(conversation: RemoteKey, claimed: string, sender: RemoteKey): void {
    this.#senders.set(`${conversation}\n${claimed}`, sender);
    const oldest = this.#senders.keys().next();
    if (this.#senders.size > MOST_SENDERS && oldest.done !== true) this.#senders.delete(oldest.value);
  }

  senderOf(conversation: RemoteKey, claimed: string): RemoteKey | null {
    return this.#senders.get(`${conversation}\n${claimed}`) ?? null;
  }
}
