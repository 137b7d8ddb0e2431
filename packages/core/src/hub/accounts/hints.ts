import type { Ephemeral } from '../../contract/index.ts';
import type { AccountId, ContactPresence, Presence } from '../../model/index.ts';
import { aggregatePresence, toErrorData, unknownPresence } from '../../model/index.ts';
import type { Environment } from '../environment.ts';
import { isTakenFromContact } from '../ingest/borrowed-names.ts';
import type { CommitQueue } from '../state/commit-queue.ts';
import type { Profile } from '../state/profile.ts';
import type { TransferTable } from '../client/transfers.ts';

/** How many people of one account may be seen typing at once; whoever types in a crowd beyond that is not worth a row. */
const typistLimit = 1000;
/** Milliseconds after which nobody is believed to be still at the same word, whatever the network says. */
const longestTyping = 120_000;
/** How many resources of one contact are told apart: anybody may sign in from ever new ones. */
const resourceLimit = 50;

/**
 * What is shown now and never stored: presence, typing, progress. Conflated to the latest per key until everything that
 * was committed before is stored (a presence may be that of a contact in the batch just before), then shown in one frame.
 */
export class Hints {
  readonly #profile: Profile;
  readonly #queue: CommitQueue;
  readonly #now: () => number;
  readonly #log: Environment['log'];
  readonly #transfers: TransferTable;
  readonly #account: AccountId;
  readonly #pending = new Map<string, Ephemeral>();
  #scheduled = false;

  constructor({ profile, queue, now, log }: Environment, transfers: TransferTable, account: AccountId) {
    this.#profile = profile;
    this.#queue = queue;
    this.#now = now;
    this.#log = log;
    this.#transfers = transfers;
    this.#account = account;
  }

  add(events: readonly Ephemeral[]): void {
    for (const event of events) this.#pending.set(keyOf(event), event);
    if (this.#scheduled || this.#pending.size === 0) return;
    this.#scheduled = true;
    const flush = (): void => this.#flush();
    // A dead store is told to those who commit; presence is shown all the same.
    void this.#queue.run(() => undefined).then(flush, flush);
  }

  /** The session is gone: nobody is known to be here or to type. */
  clear(): void {
    this.#pending.clear();
    const profile = this.#profile;
    profile.frames.run(() => {
      for (const [contact] of profile.presences.entries()) {
        if (profile.contacts.get(contact)?.account === this.#account) profile.presences.delete(contact);
      }
      for (const [key, typist] of profile.typists.entries()) {
        if (typist.account === this.#account) profile.typists.delete(key);
      }
    });
  }

  #flush(): void {
    this.#scheduled = false;
    const events = [...this.#pending.values()];
    this.#pending.clear();
    this.#profile.frames.run(() => {
      for (const event of events) this.#try(event);
    });
  }

  /** Adapters are code of others: a hint that makes no sense harms nobody. */
  #try(event: Ephemeral): void {
    try {
      this.#show(event);
    } catch (error) {
      this.#log('warn', 'invalid-hint', { account: this.#account, reason: toErrorData(error).message });
    }
  }

  #show(event: Ephemeral): void {
    if (event.type === 'presence') this.#showPresence(event);
    else if (event.type === 'typing') this.#showTyping(event);
    else this.#transfers.progress(this.#account, event.blob, event.transferred, event.total);
  }

  #showPresence({ key, resource, presence }: Ephemeral & { type: 'presence' }): void {
    const { presences, contactKeys, contacts } = this.#profile;
    const id = contactKeys.get(this.#account, key);
    const contact = id === undefined ? undefined : contacts.get(id);
    if (!contact || isTakenFromContact({ purpose: 'live' }, contact, key)) return;
    const known = presences.get(contact.id);
    presences.set(
      contact.id,
      resource === null ? wholePresence(presence) : withResource(known, resource, presence),
    );
  }

  /** How many people of this account are seen typing. */
  #typing(): number {
    let count = 0;
    for (const [, { account }] of this.#profile.typists.entries()) if (account === this.#account) count += 1;
    return count;
  }

  #showTyping(event: Ephemeral & { type: 'typing' }): void {
    const { typists, conversationKeys } = this.#profile;
    const conversation = conversationKeys.get(this.#account, event.conversation);
    if (conversation === undefined) return;
    const key = `${conversation} ${event.key}`;
    if (!event.active) typists.delete(key);
    else if (typists.has(key) || this.#typing() < typistLimit) {
      const latest = this.#now() + longestTyping;
      const expiresAt = event.expiresAt < latest ? event.expiresAt : latest;
      typists.set(key, { account: this.#account, conversation, key: event.key, name: event.name, expiresAt });
    }
  }
}

function keyOf(event: Ephemeral): string {
  switch (event.type) {
    case 'presence':
      return `presence ${event.key} ${event.resource ?? ''}`;
    case 'typing':
      return `typing ${event.conversation} ${event.key}`;
    case 'progress':
      return `progress ${event.blob}`;
    default:
      event satisfies never;
      return '';
  }
}

function wholePresence(presence: Presence | null): ContactPresence {
  return presence === null ? { ...unknownPresence, availability: 'offline' } : { ...presence, resources: {} };
}

function newest(resources: ContactPresence['resources']): ContactPresence['resources'] {
  const entries = Object.entries(resources);
  return entries.length < resourceLimit ? resources : Object.fromEntries(entries.slice(1 - resourceLimit));
}

/** The last presence of a resource that went keeps its text and time: it is how we know when somebody was last seen. */
function withResource(
  known: ContactPresence | undefined,
  name: string,
  presence: Presence | null,
): ContactPresence {
  const { [name]: gone, ...others } = known?.resources ?? {};
  if (presence !== null && presence.availability !== 'offline')
    return aggregatePresence({ ...newest(others), [name]: presence });
  const rest = aggregatePresence(others);
  if (Object.keys(others).length > 0) return rest;
  const last = presence ?? gone;
  return { ...rest, text: presence?.text ?? null, since: presence?.since ?? last?.since ?? null };
}
