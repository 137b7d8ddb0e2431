import { remoteKey, type RemoteKey, type Target } from '@natter/core/model';
import type { Event, MessageIn, Place, Sender } from '@natter/core';
import type { Element } from '@xmpp/xml';
import { bareAddress, formatAddress, parseAddress } from '../wire/address.ts';
import { NS } from '../wire/namespaces.ts';
import { readContent, readQuote } from './content.ts';
import { formatMessageKey, operationOf } from './keys.ts';

/** How a message reached us, as far as it matters for what it says. */
export interface MessageContext {
  /** Our own bare address. */
  readonly own: string;
  /** The id in our own archive, when our own server vouches for it; never what the message says of itself. */
  readonly archiveId: string | null;
  /** When it was sent, if it was delayed or archived. */
  readonly sentAt: number | null;
  readonly receivedAt: number;
  readonly place: Place;
  /** Whose message an id names, where this session has seen it; reactions do not say. */
  readonly senderOf: (claimed: string) => RemoteKey | null;
  /** Whether an address is one of the rooms that we know. */
  readonly isRoom?: (address: RemoteKey) => boolean;
}

/** Both ends of a 1:1 message. */
export interface Direction {
  readonly self: boolean;
  /** Our counterpart's bare address: the conversation. */
  readonly peer: RemoteKey;
  readonly sender: Sender;
}

/** Who speaks to whom in a 1:1 message; null for what is none, such as a groupchat message or one without a valid sender. */
export function readDirection(message: Element, own: string): Direction | null {
  const type: unknown = message.attrs['type'];
  if (type === 'groupchat' || type === 'error') return null;
  if (message.getChild('x', NS.mucUser) !== undefined) return readPrivateDirection(message, own);
  const from = message.attrs['from'] === undefined ? own : bareAddress(message.attrs['from']);
  if (from === null) return null;
  const self = from === own;
  const peer = self ? (message.attrs['to'] === undefined ? own : bareAddress(message.attrs['to'])) : from;
  if (peer === null) return null;
  const key = remoteKey(from);
  return {
    self,
    peer: remoteKey(peer),
    sender: { key, self, contact: self ? null : key, name: null, proof: 'account' },
  };
}

/**
 * XEP-0045 section 7.5: a private message of a room's occupant carries the room's address. It is a conversation of its
 * own with that occupant, and never the one with the contact, or with the room.
 */
function readPrivateDirection(message: Element, own: string): Direction | null {
  const self = bareAddress(message.attrs['from'] ?? own) === own;
  const occupant = parseAddress(self ? message.attrs['to'] : message.attrs['from']);
  if (occupant === null || occupant.resource === '') return null; // of the room itself: an invitation
  const peer = remoteKey(formatAddress(occupant));
  const sender: Sender = self
    ? { key: remoteKey(own), self, contact: null, name: null, proof: 'account' }
    : { key: peer, self, contact: null, name: occupant.resource, proof: 'nick' };
  return { self, peer, sender };
}

/**
 * Gives a private message of a room that we know the mark which its sender left out: without it, it would join the
 * conversation of a contact by the room's address.
 */
export function markPrivate(message: Element, own: string, isRoom: (address: RemoteKey) => boolean): void {
  if (message.attrs['type'] === 'groupchat' || message.getChild('x', NS.mucUser) !== undefined) return;
  const outgoing = bareAddress(message.attrs['from'] ?? own) === own;
  const other = parseAddress(outgoing ? message.attrs['to'] : message.attrs['from']);
  if (other === null || other.resource === '') return;
  if (isRoom(remoteKey(formatAddress({ ...other, resource: '' })))) message.c('x', { xmlns: NS.mucUser });
}

/** The id that the sender chose: the stanza's, by which receipts and corrections refer to it, else XEP-0359's origin id. */
export function readClaimedId(message: Element): string | null {
  const id: unknown = message.attrs['id'] ?? message.getChild('origin-id', NS.stanzaIds)?.attrs['id'];
  return typeof id === 'string' && id !== '' && id.length <= 1024 ? id : null;
}

/** The id that the archive of `by` gave (XEP-0359); an id `by` anybody else is a forgery and says nothing. */
export function readStanzaId(message: Element, by: string): string | null {
  for (const element of message.getChildren('stanza-id', NS.stanzaIds)) {
    const id: unknown = element.attrs['id'];
    if (bareAddress(element.attrs['by']) === by && typeof id === 'string' && id !== '') return id;
  }
  return null;
}

/** The events that a 1:1 message stands for; none for what is not stored. Pure: what it asks for in return is elsewhere. */
export function mapMessage(message: Element, context: MessageContext): Event[] {
  const direction = readDirection(message, context.own);
  if (direction === null) return [];
  return (
    mapChange(message, direction, context) ??
    mapText(message, direction, context) ??
    mapMarkers(message, direction, context)
  );
}

function mapText(
  message: Element,
  { self, peer, sender }: Direction,
  context: MessageContext,
): Event[] | null {
  const content = readContent(message);
  if (content === null) return null;
  const claimed = readClaimedId(message);
  const { archiveId, sentAt, receivedAt, place } = context;
  const replyTo = readReply(message);
  const item: MessageIn = {
    stable: archiveId === null ? null : formatMessageKey({ archiveId, self, claimed }),
    claimed,
    operation: self ? operationOf(claimed) : null,
    part: 0,
    sender,
    sentAt,
    receivedAt,
    content,
    ...(replyTo === null ? {} : { replyTo }),
    trust: 'server',
  };
  const timeline: Event = { type: 'timeline', conversation: peer, place, items: [item] };
  if (content.kind === 'undecryptable') return [timeline, encryptedEvent(peer)];
  const room = message.getChild('x', NS.mucUser) === undefined ? null : bareAddress(peer);
  if (room === null || context.isRoom?.(remoteKey(room)) !== true) return [timeline];
  const value = {
    kind: 'direct',
    parent: remoteKey(room),
    title: parseAddress(peer)?.resource ?? null,
  } as const;
  return [{ type: 'upsert', of: 'conversation', key: peer, value }, timeline];
}

/** Once encrypted, a conversation stays so: a plain message from there may be somebody's attempt to have it in the clear. */
export function encryptedEvent(conversation: RemoteKey): Event {
  return { type: 'upsert', of: 'conversation', key: conversation, value: { encrypted: true } };
}

/** Corrections (0308), retractions (0424), reactions (0444): the hub checks that who changes is who wrote. */
function mapChange(
  message: Element,
  { self, peer, sender }: Direction,
  context: MessageContext,
): Event[] | null {
  const base = { type: 'patch', conversation: peer, by: sender } as const;
  const at = context.sentAt ?? context.receivedAt;
  const replaced = readReference(message.getChild('replace', NS.correction));
  const content = replaced === null ? null : readContent(message);
  if (replaced !== null && content !== null) {
    return [
      { ...base, target: { claimed: replaced, sender: sender.key }, change: { kind: 'edit', content, at } },
    ];
  }
  const retracted = readRetracted(message);
  if (retracted !== null) {
    const target = { claimed: retracted, sender: sender.key };
    return [{ ...base, target, change: { kind: 'retract', at, reason: null } }];
  }
  const reactions = message.getChild('reactions', NS.reactions);
  const reacted = readReference(reactions);
  if (reactions === undefined || reacted === null) return null;
  const keys = reactions.getChildren('reaction', NS.reactions).map((element) => element.getText().trim());
  // The id does not say whose message it is; where we have not seen it, people react to the other side's.
  const author = context.senderOf(reacted) ?? remoteKey(self ? peer : context.own);
  const unique = [...new Set(keys.filter((key) => key !== '' && key.length <= 64))].slice(0, 100);
  return [
    { ...base, target: { claimed: reacted, sender: author }, change: { kind: 'reactions', keys: unique } },
  ];
}

/** Receipts (0184) and markers (0333). What we send ourselves from another device moves our own read position. */
function mapMarkers(message: Element, { self, peer, sender }: Direction, context: MessageContext): Event[] {
  const author = remoteKey(self ? peer : context.own);
  const events: Event[] = [];
  const add = (element: Element | undefined, kind: 'delivered' | 'read', exact: boolean): void => {
    const id = readReference(element);
    if (id === null || (self && kind === 'delivered')) return;
    const upTo: Target = { claimed: id, sender: author };
    events.push({ type: 'marker', conversation: peer, who: sender, kind, upTo, ...(exact ? { exact } : {}) });
  };
  add(message.getChild('received', NS.receipts), 'delivered', true);
  add(message.getChild('received', NS.markers), 'delivered', false);
  add(message.getChild('displayed', NS.markers), 'read', false);
  add(message.getChild('acknowledged', NS.markers), 'read', false); // they have read it, and said so
  return events;
}

function readReply(message: Element): NonNullable<MessageIn['replyTo']> | null {
  const reply = message.getChild('reply', NS.replies);
  const id = readReference(reply);
  const author = parseAddress(reply?.attrs['to']) === null ? null : bareAddress(reply?.attrs['to']);
  if (id === null || author === null) return null;
  const quote = readQuote(message);
  return { target: { claimed: id, sender: remoteKey(author) }, ...(quote === null ? {} : { quote }) };
}

/** What a message takes back (XEP-0424), as it is said now and as it was before version 0.4; null for nothing. */
export function readRetracted(message: Element): string | null {
  const fastened = message.getChild('apply-to', NS.fasten);
  const old = fastened?.getChild('retract', NS.oldRetraction) === undefined ? undefined : fastened;
  return readReference(message.getChild('retract', NS.retraction) ?? old);
}

/** The id that an element refers to, or null. */
export function readReference(element: Element | undefined): string | null {
  const id: unknown = element?.attrs['id'];
  return typeof id === 'string' && id !== '' && id.length <= 1024 ? id : null;
}
