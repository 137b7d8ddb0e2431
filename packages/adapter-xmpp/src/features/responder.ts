import { Element } from '@xmpp/xml';
import type { XmppStream } from '../wire/stream.ts';
import { NS } from '../wire/namespaces.ts';
import type { SelfDescription } from './self-description.ts';

/**
 * Answers a request that nothing else took. RFC 6120 section 8.2.3: every request gets one answer. Which software runs
 * here (XEP-0092) is told only where the user wants it, and nobody controls us from afar (XEP-0146).
 */
export function respond(stream: XmppStream, iq: Element, self: SelfDescription): void {
  const type: unknown = iq.attrs['type'];
  if (type !== 'get' && type !== 'set') return;
  const [payload, more] = iq.getChildElements();
  // RFC 6120 section 8.2.3: a request holds one thing that is asked.
  if (payload === undefined || more !== undefined) return stream.send(refusal(iq, 'bad-request'));
  if (type === 'get') {
    if (payload.is('ping', NS.ping)) return reply(stream, iq);
    if (payload.is('time', NS.time)) return reply(stream, iq, writeTime(new Date()));
    if (payload.is('query', NS.version) && self.tellsVersion) return reply(stream, iq, writeVersion());
    if (payload.is('query', NS.discoItems)) return reply(stream, iq, emptyList(payload));
    if (payload.is('query', NS.discoInfo)) {
      const node: unknown = payload.attrs['node'];
      const answer = self.answer(typeof node === 'string' ? node : null);
      if (answer !== null) return reply(stream, iq, answer);
      return stream.send(refusal(iq, 'item-not-found'));
    }
  }
  stream.send(refusal(iq, 'service-unavailable'));
}

/** The empty answer, or one with a payload. */
export function reply(stream: XmppStream, iq: Element, payload?: Element): void {
  const answer = answerTo(iq, 'result');
  if (payload !== undefined) answer.append(payload);
  stream.send(answer);
}

/** XEP-0202. */
function writeTime(now: Date): Element {
  const minutes = -now.getTimezoneOffset();
  const two = (value: number): string => String(Math.floor(Math.abs(value))).padStart(2, '0');
  const time = new Element('time', { xmlns: NS.time });
  time.c('tzo').t(`${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(Math.abs(minutes) % 60)}`);
  time.c('utc').t(now.toISOString().replace(/\.\d+Z$/, 'Z'));
  return time;
}

/** XEP-0092, without the operating system, which helps nobody but attackers. */
function writeVersion(): Element {
  const query = new Element('query', { xmlns: NS.version });
  query.c('name').t('natter');
  query.c('version').t('1');
  return query;
}

function emptyList({ attrs }: Element): Element {
  const node: unknown = attrs['node'];
  return new Element('query', { xmlns: NS.discoItems, ...(typeof node === 'string' ? { node } : {}) });
}

function refusal(iq: Element, condition: string): Element {
  const answer = answerTo(iq, 'error');
  const kind = condition === 'bad-request' ? 'modify' : 'cancel';
  answer.c('error', { type: kind }).c(condition, { xmlns: NS.stanzaErrors });
  return answer;
}

function answerTo(iq: Element, type: 'result' | 'error'): Element {
  const { id, from } = iq.attrs as Readonly<Record<string, string | undefined>>;
  return new Element('iq', {
    type,
    ...(id === undefined ? {} : { id }),
    ...(from === undefined ? {} : { to: from }),
  });
}
