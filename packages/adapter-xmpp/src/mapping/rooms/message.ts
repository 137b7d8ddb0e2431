import type { Event, MessageIn, Place, Sender } from '@natter/core';
import { remoteKey, type RemoteKey, type Target } from '@natter/core/model';
import type { Element } from '@xmpp/xml';
import { parseAddress } from '../../wire/address.ts';
import { NS } from '../../wire/namespaces.ts';
import { readContent, readQuote } from '../content.ts';
import { formatRoomMessageKey, operationOf } from '../keys.ts';
import { encryptedEvent, readClaimedId, readReference, readRetracted } from '../message.ts';

/** Of privacy or logging, or of something else that one should look at (XEP-0045 section 15.6.2). */
const CONFIGURED: readonly string[] = ['104', '170', '171', '172', '173', '174'];

/** With what a message of a room is mapped. */
export interface RoomMessageContext {
  readonly room: RemoteKey;
  /** Who said it; null for the room itself. */
  readonly sender: Sender | null;
  /** Our name there. */
  readonly nick: string;
  /** The id that the room gave, when it is one that gives ids. */
  readonly archiveId: string | null;
  readonly sentAt: number | null;
  readonly receivedAt: number;
  readonly place: Place;
  /** The message that an id of this room names; null when that cannot be told. */
  readonly targetOf: (id: string) => Target | null;
}

/** The events that a groupchat message stands for. */
export function mapRoomMessage(message: Element, context: RoomMessageContext): Event[] {
  const { sender } = context;
  if (sender === null) return mapModeration(message, context) ?? mapAnnouncement(message, context);
  return (
    mapChange(message, sender, context) ??
    mapText(message, sender, context) ??
    mapRead(message, sender, context)
  );
}

/** XEP-0045 section 7.2.15: a subject and no body; null when it is none. An empty one takes the topic away. */
export function readTopic(message: Element): string | null {
  if (message.getChild('body') !== undefined || message.getChild('thread') !== undefined) return null;
  return message.getChild('subject')?.getText() ?? null;
}

/** Our operation that a message is the echo of. Some rooms write an id of their own over the stanza's, and keep XEP-0359's. */
export function readOwnOperation(message: Element): ReturnType<typeof operationOf> {
  const origin: unknown = message.getChild('origin-id', NS.stanzaIds)?.attrs['id'];
  return operationOf(typeof origin === 'string' ? origin : null) ?? operationOf(readClaimedId(message));
}

function mapText(message: Element, sender: Sender, context: RoomMessageContext): Event[] | null {
  const content = readContent(message);
  if (content === null) return null;
  const { archiveId, sentAt, receivedAt, place, room, nick } = context;
  const replyTo = readReply(message, context);
  const operation = sender.self ? readOwnOperation(message) : null;
  const item: MessageIn = {
    stable: archiveId === null ? null : formatRoomMessageKey(archiveId),
    claimed: operation ?? readClaimedId(message),
    operation,
    part: 0,
    sender,
    sentAt,
    receivedAt,
    content,
    ...(replyTo === null ? {} : { replyTo }),
    ...(!sender.self && mentions(content.text, nick) ? { mentioned: true } : {}),
    trust: 'server',
  };
  const timeline: Event = { type: 'timeline', conversation: room, place, items: [item] };
  return content.kind === 'undecryptable' ? [timeline, encryptedEvent(room)] : [timeline];
}

/** Corrections name the sender's id (XEP-0308), retractions (0424) and reactions (0444) the room's. */
function mapChange(message: Element, sender: Sender, context: RoomMessageContext): Event[] | null {
  const base = { type: 'patch', conversation: context.room, by: sender } as const;
  const at = context.sentAt ?? context.receivedAt;
  const replaced = readReference(message.getChild('replace', NS.correction));
  const content = replaced === null ? null : readContent(message);
  if (replaced !== null && content !== null) {
    const target = { claimed: replaced, sender: sender.key };
    return [{ ...base, target, change: { kind: 'edit', content, at } }];
  }
  const retracted = readRetracted(message);
  if (retracted !== null) {
    const target = context.targetOf(retracted) ?? { claimed: retracted, sender: sender.key };
    return [{ ...base, target, change: { kind: 'retract', at, reason: null } }];
  }
  const reactions = message.getChild('reactions', NS.reactions);
  const reacted = readReference(reactions);
  if (reactions === undefined || reacted === null) return null;
  const target = context.targetOf(reacted);
  const keys = reactions.getChildren('reaction', NS.reactions).map((element) => element.getText().trim());
  const unique = [...new Set(keys.filter((key) => key !== '' && key.length <= 64))].slice(0, 100);
  return target === null ? [] : [{ ...base, target, change: { kind: 'reactions', keys: unique } }];
}

/** XEP-0333 section 5: how far an occupant has read, who must be more than a nick; the id is the room's. */
function mapRead(message: Element, sender: Sender, { room, targetOf }: RoomMessageContext): Event[] {
  const id = readReference(message.getChild('displayed', NS.markers));
  const upTo = id === null ? null : targetOf(id);
  if (upTo === null || (sender.proof === 'nick' && sender.contact === null)) return [];
  return [{ type: 'marker', conversation: room, who: sender, kind: 'read', upTo }];
}

/** XEP-0425, as it is and as it was before its version 0.3: only the room itself tells that a moderator has removed a message. */
function mapModeration(message: Element, context: RoomMessageContext): Event[] | null {
  const fastened = message.getChild('apply-to', NS.fasten);
  const told =
    message.getChild('retract', NS.retraction) ?? fastened?.getChild('moderated', NS.oldModeration);
  const moderated =
    told?.getChild('moderated', NS.moderation) ?? fastened?.getChild('moderated', NS.oldModeration);
  const id = readReference(fastened ?? told);
  const target = id === null ? null : context.targetOf(id);
  if (moderated === undefined) return null;
  if (target === null) return [];
  const { room } = context;
  const name = parseAddress(moderated.attrs['by'])?.resource ?? null;
  const by: Sender = { key: remoteKey(room), self: false, contact: null, name, proof: 'occupant' };
  const reason = told?.getChildText('reason') ?? null;
  const at = context.sentAt ?? context.receivedAt;
  return [
    {
      type: 'patch',
      conversation: room,
      by,
      target,
      change: { kind: 'retract', at, reason, moderator: true },
    },
  ];
}

/** What the room or its service says itself, such as that it is about to close. */
function mapAnnouncement(message: Element, context: RoomMessageContext): Event[] {
  const { room, archiveId, sentAt, receivedAt, place } = context;
  const content = readContent(message);
  if (content === null || content.kind === 'undecryptable') return [];
  const item: MessageIn = {
    stable: archiveId === null ? null : formatRoomMessageKey(archiveId),
    claimed: readClaimedId(message),
    operation: null,
    part: 0,
    sender: { key: room, self: false, contact: null, name: null, proof: 'occupant' },
    sentAt,
    receivedAt,
    content: { kind: 'system', text: content.text, data: { event: 'announcement' } },
    trust: 'server',
  };
  return [{ type: 'timeline', conversation: room, place, items: [item] }];
}

/** Whether a room tells that it was configured anew (XEP-0045 section 10.2.1). */
export function tellsNewConfiguration(message: Element): boolean {
  const codes = message.getChild('x', NS.mucUser)?.getChildren('status') ?? [];
  const ofTheRoom = parseAddress(message.attrs['from'])?.resource === '';
  return ofTheRoom && codes.some(({ attrs }) => CONFIGURED.includes(String(attrs['code'])));
}

function readReply(message: Element, context: RoomMessageContext): NonNullable<MessageIn['replyTo']> | null {
  const id = readReference(message.getChild('reply', NS.replies));
  const target = id === null ? null : context.targetOf(id);
  if (target === null) return null;
  const quote = readQuote(message);
  return { target, ...(quote === null ? {} : { quote }) };
}

/** Whether a text names us as a word of its own. */
function mentions(text: string, nick: string): boolean {
  if (nick.length < 2) return false;
  const wordCharacter = /[\p{L}\p{N}_]/u;
  for (let at = text.indexOf(nick); at >= 0; at = text.indexOf(nick, at + 1)) {
    const [before = '', after = ''] = [text.slice(0, at).at(-1), text[at + nick.length]];
    if (!wordCharacter.test(before) && !wordCharacter.test(after)) return true;
  }
  return false;
}
