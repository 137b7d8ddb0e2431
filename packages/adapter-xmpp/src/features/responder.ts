import { Element } from '@xmpp/xml';
import type { XmppStream } from '../wire/stream.ts';
import { NS } from '../wire/namespaces.ts';

/** What we can do, for who asks (XEP-0030). */
const FEATURES: readonly string[] = [
  NS.discoInfo,
  NS.carbons,
  NS.chatStates,
  NS.receipts,
  NS.markers,
  NS.correction,
  NS.retraction,
  NS.reactions,
  NS.replies,
  NS.ping,
].toSorted();

/** Answers a request that nothing else took. RFC 6120 section 8.2.3: every request gets one answer. */
export function respond(stream: XmppStream, iq: Element): void {
  const type: unknown = iq.attrs['type'];
  if (type !== 'get' && type !== 'set') return;
  const [payload] = iq.getChildElements();
  if (type === 'get' && payload?.is('ping', NS.ping) === true) return reply(stream, iq);
  if (type === 'get' && payload?.is('query', NS.discoInfo) === true && payload.attrs['node'] === undefined) {
    return reply(stream, iq, describeClient());
  }
  stream.send(refusal(iq));
}

/** The empty answer, or one with a payload. */
export function reply(stream: XmppStream, iq: Element, payload?: Element): void {
  const answer = answerTo(iq, 'result');
  if (payload !== undefined) answer.append(payload);
  stream.send(answer);
}

function describeClient(): Element {
  const query = new Element('query', { xmlns: NS.discoInfo });
  query.c('identity', { category: 'client', type: 'console', name: 'natter' });
  for (const feature of FEATURES) query.c('feature', { var: feature });
  return query;
}

function refusal(iq: Element): Element {
  const answer = answerTo(iq, 'error');
  answer.c('error', { type: 'cancel' }).c('service-unavailable', { xmlns: NS.stanzaErrors });
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
