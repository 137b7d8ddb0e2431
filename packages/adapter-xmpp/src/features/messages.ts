import type { Event } from '@natter/core';
import { remoteKey } from '@natter/core/model';
import { Element } from '@xmpp/xml';
import { isCarbon, readCarbon } from '../mapping/carbon.ts';
import { operationOf } from '../mapping/keys.ts';
import { mapMessage, markPrivate, readClaimedId, readDirection, readStanzaId } from '../mapping/message.ts';
import { readDelay } from '../mapping/time.ts';
import { readTyping, TYPING_TIME } from '../mapping/chat-state.ts';
import { mapBounce } from '../mapping/errors.ts';
import type { Runtime } from '../runtime.ts';
import { bareAddress } from '../wire/address.ts';
import { stanzaError } from '../wire/error.ts';
import { NS } from '../wire/namespaces.ts';

/** Incoming 1:1 messages as they happen: from contacts, and from our other devices as carbons. */
export class Messages {
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Takes a message stanza; false when there is nothing in it to store. */
  receive(stanza: Element, number: number): boolean {
    const { own, host } = this.#runtime;
    if (stanza.attrs['type'] === 'error') return this.#bounce(stanza, number);
    const message = isCarbon(stanza) ? readCarbon(stanza, own) : stanza;
    if (message === null) {
      host.log('warn', 'xmpp-forged-carbon');
      return false;
    }
    markPrivate(message, own, (address) => this.#runtime.memory.rooms.has(address));
    const events = this.#map(message, stanza);
    this.#hintTyping(message);
    if (events.length === 0) return false;
    const stored = this.#runtime.commits.stanza(number, { origin: 'live', events });
    if (message === stanza) void stored.then((durable) => durable && this.#acknowledge(message));
    return true;
  }

  #map(message: Element, stanza: Element): Event[] {
    const { own, memory, server } = this.#runtime;
    const direction = readDirection(message, own);
    if (direction === null) return [];
    const { peer, sender } = direction;
    const claimed = readClaimedId(message);
    if (claimed !== null) memory.sawMessage(peer, claimed, sender.key);
    const events = mapMessage(message, {
      own,
      // A server without an archive passes on whatever stanza-id a stranger made up.
      archiveId: server.archive ? readStanzaId(message, own) : null,
      sentAt: readDelay(message) ?? readDelay(stanza),
      receivedAt: Date.now(),
      place: { by: 'tail' },
      senderOf: (id) => memory.senderOf(peer, id),
      isRoom: (address) => memory.rooms.has(address),
    });
    memory.sawKeys(events);
    return events;
  }

  /** XEP-0085. Delayed ones are history. */
  #hintTyping(message: Element): void {
    const direction = readDirection(message, this.#runtime.own);
    if (direction === null || direction.self || readDelay(message) !== null) return;
    const active = readTyping(message);
    if (active === null) return;
    const { peer, sender } = direction;
    this.#runtime.host.hint([
      {
        type: 'typing',
        conversation: peer,
        key: sender.key,
        name: null,
        active,
        expiresAt: Date.now() + TYPING_TIME,
      },
    ]);
  }

  /** XEP-0184: tells that the message is stored here, to those who may know that we are here at all. */
  #acknowledge(message: Element): void {
    const { stream, own, memory } = this.#runtime;
    const id: unknown = message.attrs['id'];
    const from = bareAddress(message.attrs['from']);
    if (message.getChild('request', NS.receipts) === undefined || typeof id !== 'string' || from === null)
      return;
    if (from === own || stream.ended || !memory.watchers.has(remoteKey(from))) return;
    const receipt = new Element('message', { to: String(message.attrs['from']), type: 'chat' });
    receipt.c('received', { xmlns: NS.receipts, id });
    receipt.c('store', { xmlns: NS.hints });
    stream.send(receipt);
  }

  /** RFC 6120 section 8.3: a message of ours that could not be delivered after all. */
  #bounce(stanza: Element, number: number): boolean {
    const operation = operationOf(readClaimedId(stanza));
    if (operation === null || bareAddress(stanza.attrs['from']) === null) return false;
    const error = stanzaError(stanza);
    const pending = this.#runtime.bounced.get(operation);
    if (pending !== undefined) {
      pending(error);
      return false;
    }
    const outcome = { result: 'refused', error: mapBounce(error) } as const;
    const events: Event[] = [{ type: 'operation', operation, outcome }];
    void this.#runtime.commits.stanza(number, { origin: 'live', events });
    return true;
  }
}
