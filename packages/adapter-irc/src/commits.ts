import type { Batch, Event, MessageIn, SessionHost } from '@natter/core';
import type { Opaque, ScopeKey } from '@natter/core/model';
import type { IrcConnection } from './wire/connection.ts';
import { WireError } from './wire/error.ts';

/** Uncommitted batches at which reading stops, and at which it goes on. */
const HIGH = 64;
const LOW = 16;

/** Gathers what one piece of input says into one batch, and hands batches to the hub in order. */
export class Commits {
  readonly #host: SessionHost;
  readonly #connection: IrcConnection;
  #events: Event[] = [];
  /** The last event, when it is one that more messages can join. */
  #tail: (Extract<Event, { type: 'timeline' }> & { readonly items: MessageIn[] }) | null = null;
  #state: Record<string, Opaque | null> = {};
  #cursors: Record<ScopeKey, Opaque> = {};
  #pending = 0;

  constructor(host: SessionHost, connection: IrcConnection) {
    this.#host = host;
    this.#connection = connection;
  }

  /** What happened, to be stored with all that came in the same piece of input. */
  add(...events: readonly Event[]): void {
    for (const event of events) {
      const tail = event.type === 'timeline' && event.place.by === 'tail' ? event : null;
      if (tail !== null && this.#tail?.conversation === tail.conversation) {
        this.#tail.items.push(...tail.items);
        continue;
      }
      this.#tail = tail === null ? null : { ...tail, items: [...tail.items] };
      this.#events.push(this.#tail ?? event);
    }
  }

  /** The adapter's own durable state, stored with the events. */
  remember(key: string, value: Opaque | null): void {
    this.#state[key] = value;
  }

  /** How far what is gathered reaches. */
  cursor(scope: ScopeKey, value: Opaque): void {
    this.#cursors[scope] = value;
  }

  /** Hands over what was gathered, and then a page of history. Resolves with whether both are durable. */
  async page(batch: Batch): Promise<boolean> {
    const [before, page] = await Promise.all([this.flush(), this.#commit(batch)]);
    return before && page;
  }

  /** Hands over what was gathered. Resolves with whether it is durable; a dead store ends the connection. */
  async flush(): Promise<boolean> {
    if (this.#events.length === 0 && Object.keys(this.#state).length === 0) return true;
    const batch: Batch = {
      origin: 'live',
      events: this.#events,
      state: this.#state,
      cursors: this.#cursors,
    };
    this.#events = [];
    this.#tail = null;
    this.#state = {};
    this.#cursors = {};
    return this.#commit(batch);
  }

  async #commit(batch: Batch): Promise<boolean> {
    this.#pending += 1;
    if (this.#pending === HIGH) this.#connection.pause();
    try {
      await this.#host.commit(batch);
      return true;
    } catch (error) {
      this.#connection.destroy(
        new WireError('disconnected', 'what came could not be stored', { cause: error }),
      );
      return false;
    } finally {
      this.#pending -= 1;
      if (this.#pending === LOW) this.#connection.resume();
    }
  }
}
