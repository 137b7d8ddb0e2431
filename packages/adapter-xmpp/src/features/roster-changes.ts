import { errorData, remoteKey, type RemoteKey } from '@natter/core/model';
import type { Batch, Outcome, RosterChange } from '@natter/core';
import type { Element } from '@xmpp/xml';
import { mapError } from '../mapping/errors.ts';
import { writeSubscription } from '../mapping/presence.ts';
import { removeRosterItem, writeRosterItem } from '../mapping/roster.ts';
import type { Runtime } from '../runtime.ts';
import { bareAddress, bareOf } from '../wire/address.ts';
import { asWireError } from '../wire/error.ts';
import { NS } from '../wire/namespaces.ts';
import { writeBlock } from './blocking.ts';
import { contactState } from './roster.ts';

/** Changes of the contact list (RFC 6121 sections 2.3 to 3.4, XEP-0191). Each may be repeated without harm. */
export class RosterChanges {
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  async perform(change: RosterChange, signal: AbortSignal): Promise<Outcome> {
    if (change.action === 'add' && bareAddress(change.address) === null) {
      const message = `${JSON.stringify(change.address)} is no XMPP address`;
      return {
        result: 'refused',
        error: errorData('invalid', message, { scope: 'contact', userAction: 'check-address' }),
      };
    }
    try {
      await this.#apply(change, signal);
      return { result: 'accepted', refs: [] };
    } catch (error) {
      const failure = asWireError(error);
      if (failure.code === 'stanza-error') return { result: 'refused', error: mapError(failure, 'contact') };
      return { result: 'unknown', error: mapError(failure, 'contact', false) };
    }
  }

  async #apply(change: RosterChange, signal: AbortSignal): Promise<void> {
    const { memory } = this.#runtime;
    switch (change.action) {
      case 'add':
        return this.#add(change, signal);
      case 'accept':
        memory.requested.delete(change.contact);
        await this.#deliver(writeSubscription(change.contact, 'subscribed'));
        // Whoever lets somebody see them wants to see them too; asked again, a server changes nothing (section 3.1.2).
        return this.#deliver(writeSubscription(change.contact, 'subscribe'));
      case 'deny':
        memory.requested.delete(change.contact);
        memory.approved.delete(change.contact);
        await this.#deliver(writeSubscription(change.contact, 'unsubscribed'));
        return void (await this.#runtime.commits.batch(declined(change.contact)));
      case 'remove':
        return this.#set(removeRosterItem(change.contact), signal);
      case 'block':
      case 'unblock':
        return this.#set(writeBlock(change.action, change.contact), signal);
      case 'rename':
      case 'groups':
        return this.#set(writeRosterItem(change.contact, change.alias, change.groups), signal);
    }
  }

  async #add(change: RosterChange & { action: 'add' }, signal: AbortSignal): Promise<void> {
    const contact = remoteKey(bareOf(change.address));
    const { memory, commits, stream } = this.#runtime;
    memory.denied.delete(contact);
    // Their request in return needs no second word of ours: the server sees to that, or we do (RFC 6121 section 3.4).
    if (!memory.watchers.has(contact)) memory.approved.add(contact);
    await this.#set(writeRosterItem(contact, change.alias ?? null, change.groups ?? []), signal);
    await commits.batch({ origin: 'live', events: [], state: contactState(memory, contact) });
    if (stream.features?.getChild('sub', NS.preApproval) !== undefined || memory.requested.has(contact))
      await this.#deliver(writeSubscription(contact, 'subscribed'));
    await this.#deliver(writeSubscription(contact, 'subscribe', change.text));
  }

  async #set(payload: Element, signal: AbortSignal): Promise<void> {
    await this.#runtime.stream.request('set', null, payload, signal);
  }

  #deliver(stanza: Element): Promise<void> {
    return this.#runtime.stream.deliver(stanza).taken;
  }
}

/** The server tells nothing about a request that we refused. */
function declined(contact: RemoteKey): Batch {
  const value = { address: contact, subscription: { from: 'none' }, request: null } as const;
  return { origin: 'live', events: [{ type: 'upsert', of: 'contact', key: contact, value }] };
}
