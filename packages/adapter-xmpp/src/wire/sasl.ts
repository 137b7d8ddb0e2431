import { fromBase64, toBase64, type Credentials, type Mechanism } from '@natter/wire';
import { Element } from '@xmpp/xml';
import { readCondition, WireError } from './error.ts';
import { NS } from './namespaces.ts';
import { selectMechanism, strengthOf, type SaslOffer } from './select-mechanism.ts';
import type { XmppStream } from './stream.ts';

/** The two ways to sign in on a stream: RFC 6120 section 6, and XEP-0388, which saves round trips. */
export type Profile = 'sasl' | 'sasl2';

/** How a sign-in is going to go. */
export interface Choice {
  readonly profile: Profile;
  readonly mechanism: Mechanism;
}

/**
 * Chooses profile and mechanism. Where both profiles are offered the newer one is taken, unless the older one has a
 * stronger mechanism. Throws WireError; no credential has been touched by then.
 */
export function choose(
  stream: XmppStream,
  features: Element,
  credentials: Credentials,
  pinned: string | null,
): Choice {
  const offers = [readOffer(stream, features, 'sasl2'), readOffer(stream, features, 'sasl')];
  const [newer, older] = offers.map((offer) => ({ ...offer, pinned }));
  const strength = (offer: SaslOffer | undefined): number => (offer === undefined ? -1 : strengthOf(offer));
  const takeNewer = newer !== undefined && newer.mechanisms.length > 0 && strength(newer) >= strength(older);
  const offer = takeNewer ? newer : older;
  if (offer === undefined) throw new WireError('sasl-mechanism', 'the server offers no way to sign in');
  return { profile: takeNewer ? 'sasl2' : 'sasl', mechanism: selectMechanism(offer, credentials) };
}

function readOffer(stream: XmppStream, features: Element, profile: Profile): Omit<SaslOffer, 'pinned'> {
  const list =
    profile === 'sasl2'
      ? features.getChild('authentication', NS.sasl2)
      : features.getChild('mechanisms', NS.sasl);
  const types = features
    .getChild('sasl-channel-binding', NS.channelBinding)
    ?.getChildren('channel-binding')
    .map((element) => String(element.attrs['type']));
  return {
    mechanisms: (list?.getChildren('mechanism') ?? []).map((element) => element.getText().trim()),
    bindingTypes: types ?? null,
    bindings: stream.channel.bindings,
    secure: stream.channel.secure,
    identified: stream.channel.identified,
  };
}

/** Signs in by RFC 6120 section 6; a new stream is to be opened afterwards. Throws `sasl-...`. */
export async function authenticateBySasl(stream: XmppStream, mechanism: Mechanism): Promise<void> {
  const initial = toBase64(await mechanism.initial());
  const attributes = { xmlns: NS.sasl, mechanism: mechanism.name };
  // RFC 6120 section 6.4.2: "=" stands for an initial response that is there and empty.
  stream.channel.send(new Element('auth', attributes).t(initial === '' ? '=' : initial));
  for (;;) {
    const element = await takeStep(stream, mechanism, NS.sasl);
    if (element === null) continue;
    const data = element.getText().trim();
    await mechanism.finish(data === '' || data === '=' ? null : decodeSasl(data));
    return stream.authenticated();
  }
}

/**
 * Takes one step of an exchange: answers a challenge and gives null, or gives the success (with XEP-0388 also the `<continue/>`
 * that stands before it). Throws on a failure, and on whatever else the server says.
 */
export async function takeStep(
  stream: XmppStream,
  mechanism: Mechanism,
  namespace: typeof NS.sasl | typeof NS.sasl2,
): Promise<Element | null> {
  const element = await stream.inbox.take();
  if (element.getNS() !== namespace) throw new WireError('protocol', 'the server broke off the sign-in');
  const { name } = element;
  if (name === 'success' || (name === 'continue' && namespace === NS.sasl2)) return element;
  if (name === 'failure') throw saslFailure(element);
  if (name !== 'challenge') throw new WireError('protocol', 'the server broke the rules of sign-in');
  const response = await mechanism.respond(decodeSasl(element.getText()));
  stream.channel.send(new Element('response', { xmlns: namespace }).t(toBase64(response)));
  return null;
}

/** Bytes of what a server sent to sign in. */
export function decodeSasl(base64: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64(base64.trim() === '=' ? '' : base64);
  if (bytes === null) throw new WireError('protocol', 'the server sent a sign-in message that is not base64');
  return bytes;
}

/** Why the server refused (RFC 6120 section 6.5). */
export function saslFailure(element: Element): WireError {
  const { condition, text } = readCondition(element);
  return new WireError('sasl-failed', text === '' ? condition : `${condition}: ${text}`, { condition, text });
}
