import type { Content, RemoteKey, Target } from '@natter/core/model';
import type { OpBody } from '@natter/core';
import { Element } from '@xmpp/xml';
import { NS } from '../wire/namespaces.ts';
import { parseMessageKey, referenceOf } from './keys.ts';

/** What clients without retractions show. */
const RETRACTED = 'The sender has taken back an earlier message, but your client does not support that.';

/** The stanza of an operation on a 1:1 conversation; null for what has none or refers to a message without an id. */
export function writeMessage(id: string, peer: RemoteKey, body: OpBody): Element | null {
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

function start(id: string, peer: RemoteKey): Element {
  const message = new Element('message', { to: peer, type: 'chat', id });
  message.c('origin-id', { xmlns: NS.stanzaIds, id }); // XEP-0359
  return message;
}

function writeText(
  id: string,
  peer: RemoteKey,
  content: Content,
  replyTo: { readonly target: Target; readonly quote: string } | null,
): Element | null {
  const text = textOf(content);
  if (text === null) return null;
  const message = start(id, peer);
  const quote = replyTo === null ? '' : quoteOf(replyTo.quote);
  if (replyTo !== null) writeReply(message, peer, replyTo.target, quote);
  message.c('body').t(quote + text);
  askForReceipts(message);
  message.c('active', { xmlns: NS.chatStates }); // XEP-0085: composing is over
  return message;
}

function writeEdit(id: string, peer: RemoteKey, target: Target, content: Content): Element | null {
  const reference = referenceOf(target);
  const text = textOf(content);
  if (reference === null || text === null) return null;
  const message = start(id, peer);
  message.c('body').t(text);
  message.c('replace', { xmlns: NS.correction, id: reference }); // XEP-0308
  askForReceipts(message);
  return message;
}

/** XEP-0424, with a text for clients that do not know it. */
function writeRetraction(id: string, peer: RemoteKey, target: Target): Element | null {
  const reference = referenceOf(target);
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
  peer: RemoteKey,
  target: Target,
  mine: readonly string[],
): Element | null {
  const reference = referenceOf(target);
  if (reference === null) return null;
  const message = start(id, peer);
  const reactions = message.c('reactions', { xmlns: NS.reactions, id: reference });
  for (const key of mine) reactions.c('reaction').t(key);
  message.c('store', { xmlns: NS.hints });
  return message;
}

/** XEP-0333. Our other devices get it as a carbon. */
function writeDisplayed(id: string, peer: RemoteKey, upTo: Target): Element | null {
  const reference = referenceOf(upTo);
  if (reference === null) return null;
  const message = start(id, peer);
  message.c('displayed', { xmlns: NS.markers, id: reference });
  message.c('store', { xmlns: NS.hints });
  return message;
}

/** XEP-0184 and 0333. */
function askForReceipts(message: Element): void {
  message.c('request', { xmlns: NS.receipts });
  message.c('markable', { xmlns: NS.markers });
}

/** XEP-0461, and by XEP-0428 which part of the text repeats it for old clients. */
function writeReply(message: Element, peer: RemoteKey, target: Target, quote: string): void {
  const id = referenceOf(target);
  if (id === null) return;
  const author = 'stable' in target ? (parseMessageKey(target.stable).self ? null : peer) : target.sender;
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
    case 'system':
    case 'undecryptable':
    case 'unsupported':
      return null;
  }
}
