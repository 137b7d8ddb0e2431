import type { Event, MessageChange, MessageIn, Place, Sender } from '@natter/core';
import type { Content, OperationId, RemoteKey } from '@natter/core/model';
import { get, getMap, getText, type JsonMap } from '../wire/json.ts';
import { linkedUsers, readMentions, readMessage, readSticker, splitReply, unsupported } from './content.ts';
import { readFallback } from './fallback.ts';
import { isRoomId, isUserId, keyOf } from './keys.ts';
import type { Keywords } from './push-rules.ts';
import { levelOf, neededLevel, roomMentionLevel } from './power.ts';
import type { Room } from './room.ts';
import { qualified } from './reaction-key.ts';
import { readRelation, type Relation, type RoomEvent } from './room-event.ts';

/** A reaction, which its redaction names by nothing but its event. */
export interface KnownReaction {
  readonly id: string;
  readonly target: string;
  readonly key: string;
  readonly sender: string;
}

/** What a timeline is read with. */
export interface TimelineContext {
  readonly self: string;
  readonly room: Room;
  /** Where it is told: as the room itself, or as the one that goes on with it. */
  readonly conversation: RemoteKey;
  readonly place: Place;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  isContact(userId: string): boolean;
  /** Whether the account wants to hear nothing of somebody (Matrix 1.18, section "Ignoring Users"). */
  isIgnored(userId: string): boolean;
  nameOf(userId: string): string | null;
  readonly keywords: Keywords;
  reaction(eventId: string): KnownReaction | undefined;
  remember(reaction: KnownReaction): void;
}

/** Says that a room has been replaced by another. */
const TOMBSTONE = 'm.room.tombstone';
/** Longer reactions are no reactions. */
const REACTION_LENGTH = 200;

/** What the events of a room say, in their order. */
export function mapTimeline(events: readonly RoomEvent[], context: TimelineContext): Event[] {
  const mapped: Event[] = [];
  let items: MessageIn[] = [];
  const flush = (): void => {
    if (items.length === 0) return;
    mapped.push({ type: 'timeline', conversation: context.conversation, place: context.place, items });
    items = [];
  };
  for (const event of events) {
    if (context.isIgnored(event.sender)) continue; // not every server keeps them back
    const message = messageOf(event, context);
    if (message !== null) items.push(message);
    const change = changeOf(event, context);
    if (change === null) continue;
    flush();
    mapped.push(change);
  }
  flush();
  return mapped;
}

/** What an event says whose place is there already, told as undecryptable. */
export function mapHealed(event: RoomEvent, context: TimelineContext): Event[] {
  const message = messageOf(event, context);
  if (message === null || event.id === null) return mapTimeline([event], context);
  const { content, trust, mentions, mentioned } = message;
  const change: MessageChange = {
    kind: 'decrypted',
    content,
    trust,
    ...(mentions === undefined ? {} : { mentions }),
    ...(mentioned === undefined ? {} : { mentioned }),
  };
  return [patch(event.id, event, context, change)];
}

/** Whether an event is told as a message. */
export function isMessage(event: RoomEvent): boolean {
  const plain = event.stateKey === undefined || event.type === TOMBSTONE;
  return event.id !== null && plain && contentOf(event, readRelation(event.content)) !== null;
}

/** Who did something, as the homeserver vouches for it. */
export function senderOf(
  userId: string,
  context: Pick<TimelineContext, 'self' | 'isContact' | 'nameOf'>,
): Sender {
  const self = userId === context.self;
  return {
    key: keyOf(userId),
    self,
    contact: !self && context.isContact(userId) ? keyOf(userId) : null,
    name: context.nameOf(userId),
    proof: 'account',
  };
}

function messageOf(event: RoomEvent, context: TimelineContext): MessageIn | null {
  const { id, at, content, sender } = event;
  if (id === null || (event.stateKey !== undefined && event.type !== TOMBSTONE)) return null;
  const relation = readRelation(content);
  const said = contentOf(event, relation);
  if (said === null) return null;
  const self = sender === context.self;
  const { replyTo, kind, target } = relation;
  const inThread = kind === 'm.thread' && target !== null;
  const answers = inThread && relation.fallback ? null : replyTo;
  const quote = splitReply(getText(content, 'body') ?? '').quote;
  return {
    stable: keyOf(id),
    claimed: null,
    operation: self ? operationOf(event) : null,
    part: 0,
    sender: senderOf(sender, context),
    sentAt: at,
    receivedAt: context.receivedAt,
    content: said,
    ...(answers === null
      ? {}
      : { replyTo: { target: { stable: keyOf(answers) }, ...(quote === null ? {} : { quote }) } }),
    ...(inThread ? { thread: { target: { stable: keyOf(target) } } } : {}),
    ...mentionsOf(event, context),
    trust: event.trust,
  };
}

/** What an event says; null when it says nothing by itself. */
function contentOf(event: RoomEvent, { kind, replyTo }: Relation): Content | null {
  const { type, content } = event;
  if (isRedacted(event)) return isSayable(type) ? { kind: 'text', text: '' } : null;
  if (kind === 'm.replace') return null;
  if (type === 'm.room.message') return readMessage(content, replyTo !== null);
  if (type === 'm.sticker') return readSticker(content);
  if (type === TOMBSTONE) return readTombstone(content);
  if (type === 'm.room.encrypted') {
    const reason = getText(content, 'natter.reason') ?? 'there is no key for it here';
    return { kind: 'undecryptable', text: 'encrypted message', reason };
  }
  const text = readFallback(type, content);
  return text === null ? null : unsupported(type, '', text);
}

/** What the user can do about it: enter the new room. Nobody is moved by somebody else's word alone. */
function readTombstone(content: JsonMap): Content {
  const successor = get(content, 'replacement_room');
  if (!isRoomId(successor)) return { kind: 'system', text: 'this room was closed', data: { what: 'closed' } };
  const text = `this room goes on as ${successor}; enter that to go on with it here`;
  return { kind: 'system', text, data: { what: 'replaced', room: successor } };
}

function isSayable(type: string): boolean {
  return type === 'm.room.message' || type === 'm.sticker' || type === 'm.room.encrypted';
}

/** Matrix 1.16, section "Transaction identifiers": told to the device that sent it, and to nobody else. */
function operationOf({ unsigned }: RoomEvent): OperationId | null {
  const id = getText(unsigned, 'transaction_id');
  return id === undefined || id === '' ? null : (id as OperationId);
}

function mentionsOf(
  { content, sender }: RoomEvent,
  { self, room, keywords }: TimelineContext,
): Pick<MessageIn, 'mentions' | 'mentioned'> {
  const body = getText(content, 'body') ?? '';
  const contains = (words: readonly RegExp[]): boolean => words.some((word) => word.test(body));
  const bySender = sender !== self;
  const mentions = readMentions(content);
  // From clients that do not say whom they mean: a name in the text, or a link to us.
  if (mentions === null) {
    const linked = linkedUsers(getText(content, 'formatted_body') ?? '');
    const meant = linked.includes(self) || contains(keywords.name) || contains(keywords.own);
    return { mentions: linked.map(keyOf), mentioned: bySender && meant };
  }
  const users = mentions.users.filter(isUserId);
  const everybody = mentions.room && levelOf(room.power, sender) >= roomMentionLevel(room.power);
  const mentioned = users.includes(self) || everybody || (bySender && contains(keywords.own));
  return { mentions: users.map(keyOf), mentioned };
}

function changeOf(event: RoomEvent, context: TimelineContext): Event | null {
  const relation = readRelation(event.content);
  if (event.stateKey !== undefined) return null;
  if (event.type === 'm.room.redaction') return redactionOf(event, context);
  const because = redactionBehind(event);
  if (because !== null && isSayable(event.type) && event.id !== null)
    return patch(event.id, because, context, {
      kind: 'retract',
      at: because.at,
      reason: reasonOf(because),
      ...rightOf(because, context),
    });
  if (isRedacted(event)) return null;
  if (event.type === 'm.reaction') return reactionOf(event, relation, context);
  if (event.type !== 'm.room.message' || relation.kind !== 'm.replace' || relation.target === null)
    return null;
  const content = readMessage(getMap(event.content, 'm.new_content') ?? withoutMark(event.content), false);
  return patch(relation.target, event, context, { kind: 'edit', content, at: event.at });
}

/** An edit says itself with a mark before it for clients that know no edits; some have nothing else to say. */
function withoutMark(content: JsonMap): JsonMap {
  const body = getText(content, 'body')?.replace(/^ ?\* /, '');
  return body === undefined ? content : { ...content, body };
}

function reactionOf(
  event: RoomEvent,
  { kind, target, key }: Relation,
  context: TimelineContext,
): Event | null {
  if (kind !== 'm.annotation' || target === null || key === null || event.id === null) return null;
  if (key === '' || key.length > REACTION_LENGTH || !key.isWellFormed()) return null;
  // What we have asked for here is told as it was asked for.
  const shown = operationOf(event) === null ? qualified(key) : key;
  context.remember({ id: event.id, target, key: shown, sender: event.sender });
  return patch(target, event, context, { kind: 'react', key: shown, on: true });
}

function redactionOf(event: RoomEvent, context: TimelineContext): Event | null {
  const { redacts } = event;
  if (redacts === undefined) return null;
  const reaction = context.reaction(redacts);
  if (reaction !== undefined) {
    const by = { ...event, sender: reaction.sender };
    return patch(reaction.target, by, context, { kind: 'react', key: reaction.key, on: false });
  }
  return patch(redacts, event, context, {
    kind: 'retract',
    at: event.at,
    reason: reasonOf(event),
    ...rightOf(event, context),
  });
}

/** Whether who redacts may do so to others' messages; the hub asks no further. */
function rightOf({ sender }: RoomEvent, { room }: TimelineContext): { moderator?: true } {
  return levelOf(room.power, sender) >= neededLevel(room.power, 'redact') ? { moderator: true } : {};
}

function reasonOf({ content }: RoomEvent): string | null {
  return getText(content, 'reason')?.slice(0, 1000) ?? null;
}

function isRedacted(event: RoomEvent): boolean {
  return getMap(event.unsigned, 'redacted_because') !== undefined || isEmptied(event);
}

/** What is left of a redacted message: some servers leave out why. */
function isEmptied({ type, content, stateKey }: RoomEvent): boolean {
  return isSayable(type) && stateKey === undefined && Object.keys(content).length === 0;
}

/** The redaction of an event that was redacted before we got it. */
function redactionBehind(event: RoomEvent): RoomEvent | null {
  const because = getMap(event.unsigned, 'redacted_because');
  const sender = get(because, 'sender');
  if (because === undefined && isEmptied(event)) return { ...event, at: null };
  if (because === undefined || !isUserId(sender)) return null;
  return { ...event, sender, content: getMap(because, 'content') ?? {}, at: null };
}

function patch(
  target: string,
  { sender }: RoomEvent,
  context: TimelineContext,
  change: MessageChange,
): Event {
  const { conversation } = context;
  return {
    type: 'patch',
    conversation,
    target: { stable: keyOf(target) },
    by: senderOf(sender, context),
    change,
  };
}
