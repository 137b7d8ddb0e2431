import type { Event } from '@natter/core';
import { remoteKey, type Opaque, type RemoteKey } from '@natter/core/model';
import type { Element } from '@xmpp/xml';
import { readPersonalEvent, type PersonalEvent } from '../mapping/personal.ts';
import type { Runtime } from '../runtime.ts';
import { bareAddress } from '../wire/address.ts';

/** What a publication changes here. */
export interface Published {
  readonly events: readonly Event[];
  readonly state?: Readonly<Record<string, Opaque | null>>;
}

/** Somebody who wants to hear of a node. */
export interface Subscriber {
  readonly node: string;
  /** Whether it is a thing of our own devices alone: then nobody else can publish it. */
  readonly own: boolean;
  /** What it means; null for nothing to store. */
  take(publisher: RemoteKey, event: PersonalEvent): Published | null;
}

/**
 * What we and our contacts publish (XEP-0163). Only we ourselves speak for what our devices share: a stranger who
 * publishes under the same name says nothing (CVE-2023-28686, CVE-2019-1000021).
 */
export class PersonalEvents {
  readonly #runtime: Runtime;
  readonly #subscribers: readonly Subscriber[];

  constructor(runtime: Runtime, subscribers: readonly Subscriber[]) {
    this.#runtime = runtime;
    this.#subscribers = subscribers;
  }

  /** Takes a notification; null for another message, and true when it is on its way to the store. */
  receive(message: Element, number: number): boolean | null {
    const event = readPersonalEvent(message);
    if (event === null) return null;
    const { own, commits, host } = this.#runtime;
    const publisher = message.attrs['from'] === undefined ? own : bareAddress(message.attrs['from']);
    const subscriber = this.#subscribers.find(({ node }) => node === event.node);
    if (publisher === null || subscriber === undefined) return false;
    if (subscriber.own && publisher !== own) {
      host.log('warn', 'xmpp-forged-publication');
      return false;
    }
    const published = subscriber.take(remoteKey(publisher), event);
    if (published === null) return false;
    void commits.stanza(number, { origin: 'live', ...published });
    return true;
  }
}
