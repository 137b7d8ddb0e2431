import type { OwnPresence } from '@natter/core';
import { handle } from './handle.ts';
import { directRoom, messageIn, store, unlock } from './messages.ts';
import { rename } from './profiles.ts';
import type { AnswerTo, Body, Command, Update } from './protocol.ts';
import { otherThan, type Account, type Room, type State } from './state.ts';

/**
 * A second party: whoever holds an account and acts on the network without natter, so that a test has somebody to talk
 * to. What it does takes effect at once.
 */
export class Second {
  readonly #state: State;
  readonly #account: Account;

  constructor(state: State, account: Account) {
    this.#state = state;
    this.#account = account;
  }

  get address(): string {
    return this.#account.address;
  }

  /** Everything this party was told so far. */
  get told(): readonly Update[] {
    return this.#account.log;
  }

  /** Sends any command, as a client of this account would. */
  ask<Name extends Command['do']>(command: Extract<Command, { do: Name }>): AnswerTo<Name> {
    return handle(this.#state, this.#account, command);
  }

  /** Sends a direct message, or one to a conversation of which it knows the key; returns the server's id. */
  send(
    to: { direct: string } | string,
    text: string,
    more: Partial<Body> = {},
    clientId: string | null = null,
  ): string {
    return this.ask({ do: 'send', to, clientId, body: { kind: 'text', text, ...more } }).message.id;
  }

  /** Shows a presence. */
  appear(availability: OwnPresence['availability'], text: string | null = null): void {
    this.ask({ do: 'presence', presence: { availability, text } });
  }

  /** How somebody looks to this party: null unless it may see them, or when they are not there. */
  sees(address: string): OwnPresence | null {
    const { roster, presence } = this.#state.account(address);
    const granted = roster.get(this.address)?.subscription.from === 'granted';
    return granted && presence?.availability !== 'invisible' ? presence : null;
  }

  /** Takes another address. */
  rename(to: string): void {
    rename(this.#state, this.#account, to);
  }

  /** Sends a direct message to somebody who has no key for it yet; the returned function brings the key. */
  sendLocked(to: string, text: string): () => void {
    const room = directRoom(this.#state, this.#account, to);
    const message = store(this.#state, room, this.#account, null, { kind: 'text', text }, true);
    return () => unlock(this.#state, room, message);
  }

  /** Sends a direct message under an id that is not final; the returned function gives it its final one. */
  sendUnsettled(to: string, text: string): () => { from: string; to: string } {
    const id = this.send({ direct: to }, text);
    const room = directRoom(this.#state, this.#account, to);
    return () => {
      const message = messageIn(this.#state, room, id);
      message.id = this.#state.fresh('settled');
      this.#state.formerIds.set(id, message.id);
      this.#tellRekey(room, 'message', id, message.id);
      return { from: id, to: message.id };
    };
  }

  /** Moves the direct conversation with somebody to another key, as rooms are upgraded. */
  upgrade(to: string): { from: string; to: string } {
    const room = directRoom(this.#state, this.#account, to);
    const from = room.key;
    room.key = this.#state.fresh('upgraded');
    this.#state.formerKeys.set(from, room);
    for (const member of room.members.keys()) {
      this.#state.tell(member, { type: 'rekey', of: 'conversation', from, to: room.key });
    }
    return { from, to: room.key };
  }

  /** The texts of a direct conversation as the server has them, in order. */
  conversationWith(address: string): readonly { id: string; from: string; text: string }[] {
    const other = this.#state.account(address);
    for (const room of this.#state.rooms) {
      if (
        room.kind !== 'direct' ||
        !room.members.has(this.#account) ||
        otherThan(room, this.#account) !== other
      )
        continue;
      return room.messages.map(({ id, from, body }) => ({ id, from: from.address, text: body.text }));
    }
    return [];
  }

  /** The operator suspends the account. */
  suspend(): void {
    this.#account.suspended = true;
    for (const link of this.#account.devices.values()) link.end('suspended');
  }

  #tellRekey(room: Room, of: 'message', from: string, to: string): void {
    for (const member of room.members.keys()) {
      const conversation = this.#state.keyFor(room, member);
      this.#state.tell(member, { type: 'rekey', of, conversation, from, to });
    }
  }
}
