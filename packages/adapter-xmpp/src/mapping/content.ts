import type { Content } from '@natter/core/model';
import type { Element } from '@xmpp/xml';
import { readFile } from './file.ts';
import { readStyling } from './styling.ts';
import { NS } from '../wire/namespaces.ts';

/** Namespaces of payloads that are encrypted, also where no XEP-0380 hint stands beside them. */
const ENCRYPTED: readonly string[] = [
  'eu.siacs.conversations.axolotl', // OMEMO 0.3 (XEP-0384)
  'urn:xmpp:omemo:2', // OMEMO 0.8
  'urn:xmpp:openpgp:0', // XEP-0373
  'jabber:x:encrypted', // XEP-0027
];

/** What a message says, or null when it says nothing that is shown (a receipt, a chat state). */
export function readContent(message: Element): Content | null {
  const encrypted = readEncryption(message);
  // The fallback body of an encrypted message ("I sent you an encrypted message") is never shown as its text.
  if (encrypted !== null) return { kind: 'undecryptable', text: 'encrypted message', reason: encrypted };
  const body = readBody(message);
  if (body === null) return null;
  const file = readFile(message, body);
  if (file !== null) return { kind: 'attachment', text: file.name, attachments: [file] };
  const text = withSubject(message, cutFallback(message, body));
  if (message.attrs['type'] === 'headline') return { kind: 'notice', text };
  // XEP-0245
  if (text.startsWith('/me ')) return { kind: 'emote', text: text.slice(4) };
  const formatted = message.getChild('unstyled', NS.styling) === undefined ? readStyling(text) : null;
  return { kind: 'text', text, ...(formatted === null ? {} : { formatted }) };
}

/** How a message is encrypted, or null. */
function readEncryption(message: Element): string | null {
  const hint = message.getChild('encryption', NS.encryption); // XEP-0380
  const namespace: unknown = hint?.attrs['namespace'];
  if (typeof namespace === 'string') return namespace;
  for (const child of message.children) {
    if (typeof child === 'object' && ENCRYPTED.includes(child.getNS() ?? '')) return child.getNS() ?? null;
  }
  return null;
}

/** The text itself; of several languages the one of the stream. */
function readBody(message: Element): string | null {
  const bodies = message.getChildren('body', NS.client);
  const body = bodies.find((candidate) => candidate.attrs['xml:lang'] === undefined) ?? bodies[0];
  return body === undefined ? null : body.getText();
}

/** RFC 6121 section 5.2.4: what a message is about stands above it, as in a letter. A room's topic comes without a text. */
function withSubject(message: Element, text: string): string {
  const subject = message.getChildText('subject', NS.client)?.trim() ?? '';
  return [subject, text].filter((part) => part !== '').join('\n\n');
}

/** XEP-0428: the part of the text that repeats for old clients what a reply element says (XEP-0461). */
function cutFallback(message: Element, body: string): string {
  if (message.getChild('reply', NS.replies) === undefined) return body;
  const range = fallbackRange(message, body);
  return range === null ? body : range.before + range.after;
}

/** What was quoted for old clients: the fallback without its `> ` marks, or null. */
export function readQuote(message: Element): string | null {
  const body = readBody(message);
  const range = body === null ? null : fallbackRange(message, body);
  return range === null ? null : range.inside.replace(/^> ?/gm, '').trim();
}

function fallbackRange(
  message: Element,
  body: string,
): { before: string; inside: string; after: string } | null {
  const fallback = message
    .getChildren('fallback', NS.fallback)
    .find((candidate) => candidate.attrs['for'] === NS.replies);
  const range = fallback?.getChild('body', NS.fallback);
  if (range === undefined) return null;
  const characters = Array.from(body); // XEP-0426: positions count Unicode code points
  const start = readPosition(range.attrs['start'], 0);
  const end = readPosition(range.attrs['end'], characters.length);
  if (start === null || end === null || start > end || end > characters.length) return null;
  const part = (from: number, to: number): string => characters.slice(from, to).join('');
  return { before: part(0, start), inside: part(start, end), after: part(end, characters.length) };
}

function readPosition(value: unknown, absent: number): number | null {
  if (value === undefined) return absent;
  return typeof value === 'string' && /^\d{1,7}$/.test(value) ? Number(value) : null;
}
