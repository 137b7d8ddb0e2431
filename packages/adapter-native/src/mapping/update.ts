import { remoteKey, type Event } from '@natter/core';
import type { Contact, Conversation, MarkerKind, Message, Update } from '@natter/native-protocol';
import { contentOf } from './content.ts';
import { contactEvent } from './contact.ts';
import { groupChangeEvents, groupEvents, settingsOf } from './group.ts';
import { messageKey } from './keys.ts';
import { messageEvents, senderOf, type Reader } from './message.ts';

/** What entries of the update log mean: events to store, in order, and what the adapter itself has to know of them. */
export interface MappedUpdates {
  readonly events: readonly Event[];
  /** Rows of the roster as they are now, by address; `null` for one that is gone. */
  readonly contacts: ReadonlyMap<string, Contact | null>;
  /** The version of the roster after them, when there were any. */
  readonly rosterVersion: number | null;
  /** The newest message of somebody else by conversation: what a delivery receipt is due for. */
  readonly received: ReadonlyMap<string, number>;
}

/**
 * Maps consecutive entries of the update log. Entries about the roster up to `rosterVersion` are older than the copy that
 * was read at sign-in, and would set it back.
 */
export function mapUpdates(updates: readonly Update[], reader: Reader, rosterVersion: number): MappedUpdates {
  const mapper = new Mapper(reader, rosterVersion);
  for (const update of updates) mapper.take(update);
  mapper.flush();
  return mapper;
}

class Mapper implements MappedUpdates {
  readonly events: Event[] = [];
  readonly contacts = new Map<string, Contact | null>();
  readonly received = new Map<string, number>();
  rosterVersion: number | null = null;
  readonly #reader: Reader;
  readonly #knownRoster: number;
  /** Neighbouring messages of one conversation, which go into one event. */
  #run: Message[] = [];

  constructor(reader: Reader, knownRoster: number) {
    this.#reader = reader;
    this.#knownRoster = knownRoster;
  }

  take(update: Update): void {
    if (update.kind === 'message') {
      if (this.#run[0]?.conversation !== update.conversation) this.flush();
      this.#run.push(update);
      if (update.from !== this.#reader.self) this.received.set(update.conversation, update.seq);
      return;
    }
    this.flush();
    if (update.kind === 'roster') this.#roster(update.address, update.contact, update.version);
    else this.events.push(...eventsOf(update, this.#reader));
  }

  flush(): void {
    this.events.push(...messageEvents(this.#run, this.#reader));
    this.#run = [];
  }

  #roster(address: string, contact: Contact | null, version: number): void {
    if (version <= this.#knownRoster) return;
    this.rosterVersion = version;
    this.contacts.set(address, contact);
    this.events.push(
      contact === null ? { type: 'remove', of: 'contact', key: remoteKey(address) } : contactEvent(contact),
    );
  }
}

function eventsOf(update: Exclude<Update, { kind: 'message' | 'roster' }>, reader: Reader): Event[] {
  switch (update.kind) {
    case 'edit':
      return [patch(update, reader, { kind: 'edit', content: contentOf(update.body), at: update.time })];
    case 'retraction':
      return [patch(update, reader, { kind: 'retract', at: update.time, reason: null })];
    case 'reaction':
      return [patch(update, reader, { kind: 'react', key: update.key, on: update.on })];
    case 'marker':
      return markerEvents(update.conversation, update.by, update.marker, update.seq, reader);
    case 'conversation':
      return conversationEvents(update.opened, reader);
    case 'group-opened':
      return groupEvents(update.opened, reader);
    case 'group-changed':
      return groupChangeEvents(update, reader);
    case 'conversation-changed':
      return [settingsEvent(update)];
    case 'expired':
      return expiredEvents(update);
    // What the own devices do changes nothing that is shown, and what a newer server tells only moves the cursor.
    case 'account':
    case 'gone':
    case 'unknown':
      return [];
  }
}

function settingsEvent({
  conversation,
  expiry,
  pins,
}: Extract<Update, { kind: 'conversation-changed' }>): Event {
  const value = {
    ...(expiry === undefined ? {} : { expiry: expiry === 0 ? null : expiry }),
    ...(pins === undefined ? {} : { pins: pins.map((seq) => messageKey(conversation, seq)) }),
  };
  return { type: 'upsert', of: 'conversation', key: remoteKey(conversation), value };
}

function expiredEvents({ conversation, seqs }: Extract<Update, { kind: 'expired' }>): Event[] {
  const key = remoteKey(conversation);
  return seqs.map((seq) => ({ type: 'remove', of: 'message', in: key, key: messageKey(conversation, seq) }));
}

type Patch = Extract<Event, { type: 'patch' }>;

function patch(
  of: { conversation: string; seq: number; by: string },
  reader: Reader,
  change: Patch['change'],
): Event {
  return {
    type: 'patch',
    conversation: remoteKey(of.conversation),
    target: { stable: messageKey(of.conversation, of.seq) },
    by: senderOf(of.by, reader),
    change,
  };
}

/** How far a member has come. That our own devices have received something is no news to us. */
export function markerEvents(
  conversation: string,
  by: string,
  kind: MarkerKind,
  seq: number,
  reader: Reader,
): Event[] {
  const who = senderOf(by, reader);
  if (seq === 0 || (who.self && kind === 'delivered')) return [];
  return [
    {
      type: 'marker',
      conversation: remoteKey(conversation),
      who,
      kind,
      upTo: { stable: messageKey(conversation, seq) },
    },
  ];
}

/** A conversation begins, or is told as it is now. */
export function conversationEvents(conversation: Conversation, reader: Reader): Event[] {
  if (conversation.kind === 'group') return groupEvents(conversation, reader);
  const value = {
    kind: 'direct',
    state: 'joined',
    contact: remoteKey(conversation.peer),
    role: 'member',
    ...settingsOf(conversation),
  } as const;
  return [{ type: 'upsert', of: 'conversation', key: remoteKey(conversation.conversation), value }];
}
