import type { ConversationId, Message, MessageId, OperationId, RemoteKey } from '../../model/index.ts';
import type { MessageLookup, Store } from '../../ports/index.ts';
import { KeyIndex } from './key-index.ts';

/**
 * The messages that a transaction has looked up or written. Lookups go to the store in one call for a whole batch;
 * after that, reading is synchronous, and what was not found is `null`.
 */
export class MessageCache {
  readonly #store: Store;
  readonly #byId = new Map<MessageId, Message | null>();
  readonly #byOperation = new Map<OperationId, MessageId>();
  readonly #byStable: KeyIndex<ConversationId, RemoteKey, MessageId> = new KeyIndex();
  readonly #byClaimed = new Map<ConversationId, KeyIndex<RemoteKey, string, MessageId>>();
  readonly #written = new Map<MessageId, Message>();
  readonly #removed = new Map<MessageId, Message>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Reads what is not here yet. Call it before `get`, `stable` and `claimed` of the same names. */
  async prefetch(lookups: readonly MessageLookup[]): Promise<void> {
    const missing = lookups.filter((lookup) => !this.#knows(lookup));
    if (missing.length === 0) return;
    const found = await this.#store.findMessages(missing);
    for (let index = 0; index < missing.length; index += 1) {
      const message = found[index];
      const lookup = missing[index];
      if (message && lookup) this.#learn(lookup, message);
    }
  }

  get(id: MessageId): Message | null {
    return this.#byId.get(id) ?? null;
  }

  stable(conversation: ConversationId, key: RemoteKey): Message | null {
    return this.#resolve(this.#byStable.get(conversation, key));
  }

  claimed(conversation: ConversationId, sender: RemoteKey, key: string): Message | null {
    return this.#resolve(this.#byClaimed.get(conversation)?.get(sender, key));
  }

  /** The message that a send of ours created. */
  operation(operation: OperationId): Message | null {
    return this.#resolve(this.#byOperation.get(operation));
  }

  /** Writes a row; its names lead to it from now on. */
  put(message: Message): void {
    this.#written.set(message.id, message);
    this.#index(message);
  }

  /** A further name for a message. */
  alias(conversation: ConversationId, sender: RemoteKey | null, key: string, message: MessageId): void {
    if (sender === null) this.#byStable.set(conversation, key as RemoteKey, message);
    else this.#claims(conversation).set(sender, key, message);
  }

  /** Drops a row that is a double; its names must have been given to the other one. */
  remove(message: Message): void {
    this.#written.delete(message.id);
    this.#byId.set(message.id, null);
    this.#removed.set(message.id, message);
  }

  /** The rows to store. */
  written(): readonly Message[] {
    return [...this.#written.values()];
  }

  removed(): readonly Message[] {
    return [...this.#removed.values()];
  }

  #resolve(id: MessageId | undefined): Message | null {
    return id !== undefined ? (this.#byId.get(id) ?? null) : null;
  }

  #knows(lookup: MessageLookup): boolean {
    if ('message' in lookup) return this.#byId.has(lookup.message);
    if ('operation' in lookup) return this.#byOperation.has(lookup.operation);
    if ('stable' in lookup) return this.#byStable.has(lookup.conversation, lookup.stable);
    return this.#byClaimed.get(lookup.conversation)?.has(lookup.sender, lookup.claimed) === true;
  }

  #learn(lookup: MessageLookup, found: Message): void {
    // What this transaction has written or read before is at least as new as what the store says.
    const known = this.#byId.get(found.id);
    // A double that this transaction dropped is not there any more.
    if (known === null) return;
    if (known === undefined) this.#index(found);
    if ('message' in lookup || 'operation' in lookup) return;
    // It may have been found by a former name, which its row does not hold.
    if ('stable' in lookup) this.#byStable.set(lookup.conversation, lookup.stable, found.id);
    else this.#claims(lookup.conversation).set(lookup.sender, lookup.claimed, found.id);
  }

  #index(message: Message): void {
    this.#byId.set(message.id, message);
    if (message.operation !== null) this.#byOperation.set(message.operation, message.id);
    if (message.stable !== null) this.#byStable.set(message.conversation, message.stable, message.id);
    if (message.claimed !== null) {
      this.#claims(message.conversation).set(message.sender.key, message.claimed, message.id);
    }
  }

  #claims(conversation: ConversationId): KeyIndex<RemoteKey, string, MessageId> {
    let claims = this.#byClaimed.get(conversation);
    if (claims === undefined) this.#byClaimed.set(conversation, (claims = new KeyIndex()));
    return claims;
  }
}
