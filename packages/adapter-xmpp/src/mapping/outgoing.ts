import type { Content, RemoteKey, Target } from '@natter/core/model';
import type { OpBody } from '@natter/core';
import { Element } from '@xmpp/xml';
import { NS } from '../wire/namespaces.ts';
import { parseFileAddress } from './file-address.ts';
import { writeFile } from './file.ts';
import { parseMessageKey, parseRoomMessageKey, referenceOf } from './keys.ts';

/** What clients without retractions show. */
const RETRACTED = 'The sender has taken back an earlier message, but your client does not support that.';

/** Whom a message is for, and how the messages of that conversation are referred to. */
export interface Addressee {
  readonly address: RemoteKey;
  readonly type: 'chat' | 'groupchat';
  /** The id that names a message to others; null when it has none. */
  readonly referenceOf: (target: Target) => string | null;
  /** Whose message it is, where that may be said. */
  readonly authorOf: (target: Target) => RemoteKey | null;
}

/** One person; a room's occupant when the address has a nick. */
export function toPerson(peer: RemoteKey): Addressee {
  return {
    address: peer,
    type: 'chat',
    referenceOf,
    authorOf: (target) =>
      'stable' in target ? (parseMessageKey(target.stable).self ? null : peer) : target.sender,
  };
}

/** A room that gives ids (XEP-0359), by which all but corrections refer. Our own address would unmask us there. */
export function toRoom(room: RemoteKey): Addressee {
  return {
    address: room,
    type: 'groupchat',
    referenceOf: (target) => ('stable' in target ? parseRoomMessageKey(target.stable) : target.claimed),
    authorOf: () => null,
  };
}

/** The stanza of an operation on a conversation; null for what has none or refers to a message without an id. */
export function writeMessage(id: string, peer: Addressee, body: OpBody): Element | null {
  switch (body.type) {
    case 'send':
      return writeText(id, peer, body.content, body.replyTo);
    case 'edit':
      return writeEdit(id, peer, body.target, body.content);
    case 'retract':
      return writeRetraction(id, peer, body.target);
    case 'react':
      return writeReactions(id, peer, body.target, body.mine);
    case 'mark-read':
      return writeDisplayed(id, peer, body.upTo);
    default:
      return null;
  }
}

function start(id: string, { address, type }: Addressee): Element {
  const message = new Element('message', { to: address, type, id });
  // XEP-0045 section 7.5: without the mark our other devices could not tell a private message in a room.
  if (type === 'chat' && address.includes('/')) message.c('x', { xmlns: NS.mucUser });
  message.c('origin-id', { xmlns: NS.stanzaIds, id }); // XEP-0359
  return message;
}

function writeText(
  id: string,
  peer: Addressee,
  content: Content,
  replyTo: { readonly target: Target; readonly quote: string } | null,
): Element | null {
  const text = textOf(content);
  if (text === null) return null;
  const message = start(id, peer);
  const quote = replyTo === null ? '' : quoteOf(replyTo.quote);
  if (replyTo !== null) writeReply(message, peer, replyTo.target, quote);
  message.c('body').t(quote + text);
  if (content.kind === 'attachment') writeFile(message, content.attachments);
  askForReceipts(message, peer);
  message.c('active', { xmlns: NS.chatStates }); // XEP-0085: composing is over
  return message;
}

function writeEdit(id: string, peer: Addressee, target: Target, content: Content): Element | null {
  const reference = peer.referenceOf(target);
  const text = textOf(content);
  if (reference === null || text === null) return null;
  const message = start(id, peer);
  message.c('body').t(text);
  message.c('replace', { xmlns: NS.correction, id: reference }); // XEP-0308
  askForReceipts(message, peer);
  return message;
}

/** XEP-0424, with a text for clients that do not know it. */
function writeRetraction(id: string, peer: Addressee, target: Target): Element | null {
  const reference = peer.referenceOf(target);
  if (reference === null) return null;
  const message = start(id, peer);
  message.c('retract', { xmlns: NS.retraction, id: reference });
  message.c('fallback', { xmlns: NS.fallback, for: NS.retraction });
  message.c('body').t(RETRACTED);
  message.c('store', { xmlns: NS.hints });
  return message;
}

/** XEP-0444: always all of ours. */
function writeReactions(
  id: string,
  peer: Addressee,
  target: Target,
  mine: readonly string[],
): Element | null {
  const reference = peer.referenceOf(target);
  if (reference === null) return null;
  const message = start(id, peer);
  const reactions = message.c('reactions', { xmlns: NS.reactions, id: reference });
  for (const key of mine) reactions.c('reaction').t(key);
  message.c('store', { xmlns: NS.hints });
  return message;
}

/** XEP-0333. Our other devices get it as a carbon. */
function writeDisplayed(id: string, peer: Addressee, upTo: Target): Element | null {
  const reference = peer.referenceOf(upTo);
  if (reference === null) return null;
  const message = start(id, peer);
  message.c('displayed', { xmlns: NS.markers, id: reference });
  message.c('store', { xmlns: NS.hints });
  return message;
}

/** XEP-0184 and 0333; of a whole room one asks none (XEP-0184 section 5.3). */
function askForReceipts(message: Element, { type }: Addressee): void {
  if (type === 'groupchat') return;
  message.c('request', { xmlns: NS.receipts });
  message.c('markable', { xmlns: NS.markers });
}

/** XEP-0461, and by XEP-0428 which part of the text repeats it for old clients. */
function writeReply(message: Element, peer: Addressee, target: Target, quote: string): void {
  const id = peer.referenceOf(target);
  if (id === null) return;
  const author = peer.authorOf(target);
  message.c('reply', author === null ? { xmlns: NS.replies, id } : { xmlns: NS.replies, to: author, id });
  if (quote === '') return;
  const fallback = message.c('fallback', { xmlns: NS.fallback, for: NS.replies });
  fallback.c('body', { start: '0', end: String(Array.from(quote).length) });
}

function quoteOf(text: string): string {
  if (text === '') return '';
  const lines = text.split('\n').slice(0, 5);
  return lines.map((line) => `> ${line}\n`).join('');
}

/** What a content is as plain text; null for kinds that cannot be sent this way. */
function textOf(content: Content): string | null {
  switch (content.kind) {
    case 'text':
    case 'notice':
      return content.text;
    case 'emote':
      return `/me ${content.text}`; // XEP-0245
    case 'attachment':
      return addressOf(content.attachments[0]?.remote); // old clients show or fetch the address
    case 'system':
    case 'undecryptable':
    case 'unsupported':
      return null;
  }
}

function addressOf(remote: string | null | undefined): string | null {
  return remote === null || remote === undefined ? null : parseFileAddress(remote).url;
}
