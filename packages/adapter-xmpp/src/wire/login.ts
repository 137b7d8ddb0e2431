import { fromBase64, toBase64, type Credentials, type Mechanism } from '@natter/wire';
import { Element } from '@xmpp/xml';
import { bareAddress } from './address.ts';
import { readCondition, WireError } from './error.ts';
import { NS } from './namespaces.ts';
import { selectMechanism } from './select-mechanism.ts';
import { readCount, StreamManagement, type ResumeState } from './stream-management.ts';
import type { XmppStream } from './stream.ts';

/** How the session came about. */
export interface Binding {
  /** Whether an earlier session goes on: roster, presence and rooms are as they were. */
  readonly resumed: boolean;
  /**
   * How many stanzas of the earlier session the server had handled, when it said so, whether it goes on (`<resumed h>`)
   * or not (`<failed h>`): what is beyond never arrived.
   */
  readonly handledBefore: number | null;
  /** What the server offers after sign-in. */
  readonly features: Element;
}

/**
 * Opens the stream and encrypts it. Gives the features of a stream on which credentials may be sent, or throws
 * `tls-required`: an offer without STARTTLS is what a man in the middle leaves over (CVE-2016-10027).
 */
export async function secureStream(
  stream: XmppStream,
  allowInsecure: boolean,
  signal: AbortSignal,
): Promise<Element> {
  const features = await stream.open();
  if (stream.channel.secure) return features;
  if (features.getChild('starttls', NS.tls) === undefined) {
    if (stream.channel.loopback || allowInsecure) return features;
    throw new WireError('tls-required', `${stream.domain} offers no encryption`);
  }
  stream.channel.send(new Element('starttls', { xmlns: NS.tls }));
  const answer = await stream.inbox.take();
  if (!answer.is('proceed', NS.tls))
    throw new WireError('tls-failed', `${stream.domain} refused to start encryption`);
  await stream.channel.startTls(signal);
  return stream.open();
}

/** Signs in (RFC 6120 section 6) and gives the name of the mechanism, to be pinned. Throws `sasl-...`. */
export async function authenticate(
  stream: XmppStream,
  features: Element,
  credentials: Credentials,
  pinned: string | null,
): Promise<string> {
  const offered = features.getChild('mechanisms', NS.sasl)?.getChildren('mechanism') ?? [];
  const bindingTypes = features
    .getChild('sasl-channel-binding', NS.channelBinding)
    ?.getChildren('channel-binding');
  const mechanism = selectMechanism(
    {
      mechanisms: offered.map((element) => element.getText().trim()),
      bindingTypes: bindingTypes?.map((element) => String(element.attrs['type'])) ?? null,
      bindings: stream.channel.bindings,
      secure: stream.channel.secure,
      pinned,
    },
    credentials,
  );
  const initial = toBase64(await mechanism.initial());
  // RFC 6120 section 6.4.2: "=" stands for an initial response that is there and empty.
  stream.channel.send(saslElement('auth', { mechanism: mechanism.name }, initial === '' ? '=' : initial));
  await exchange(stream, mechanism);
  stream.authenticated();
  return mechanism.name;
}

async function exchange(stream: XmppStream, mechanism: Mechanism): Promise<void> {
  for (;;) {
    const element = await stream.inbox.take();
    if (element.getNS() !== NS.sasl) throw new WireError('protocol', 'the server broke off the sign-in');
    if (element.name === 'failure') throw saslFailure(element);
    if (element.name === 'success') {
      const data = element.getText().trim();
      return mechanism.finish(data === '' || data === '=' ? null : decode(data));
    }
    if (element.name !== 'challenge')
      throw new WireError('protocol', 'the server broke the rules of sign-in');
    const response = await mechanism.respond(decode(element.getText()));
    stream.channel.send(saslElement('response', {}, toBase64(response)));
  }
}

function saslElement(name: string, attributes: Record<string, string>, text: string): Element {
  return new Element(name, { xmlns: NS.sasl, ...attributes }).t(text);
}

function decode(base64: string): Uint8Array {
  const bytes = fromBase64(base64.trim() === '=' ? '' : base64);
  if (bytes === null) throw new WireError('protocol', 'the server sent a sign-in message that is not base64');
  return bytes;
}

function saslFailure(element: Element): WireError {
  const { condition, text } = readCondition(element);
  return new WireError('sasl-failed', text === '' ? condition : `${condition}: ${text}`, { condition, text });
}

/** Opens the signed-in stream, then takes up the earlier session or binds a resource (RFC 6120 section 7) for a new one. */
export async function bind(
  stream: XmppStream,
  account: string,
  resource: string,
  resume: ResumeState | null,
): Promise<Binding> {
  const features = await stream.open(stream.channel.secure ? account : null);
  const managed = features.getChild('sm', NS.sm) !== undefined;
  let handledBefore: number | null = null;
  if (managed && resume !== null) {
    const answer = await resumeSession(stream, resume);
    handledBefore = readCount(answer);
    if (answer.name === 'resumed') return { resumed: true, handledBefore, features };
  }
  await bindResource(stream, features, resource);
  if (managed) {
    stream.channel.send(stream.management.enable());
    await takeManagement(stream);
  }
  return { resumed: false, handledBefore, features };
}

async function resumeSession(stream: XmppStream, state: ResumeState): Promise<Element> {
  stream.bound(state.address);
  stream.expectResumed(state);
  stream.channel.send(StreamManagement.resume(state));
  return takeManagement(stream);
}

async function takeManagement(stream: XmppStream): Promise<Element> {
  const answer = await stream.inbox.take();
  if (answer.getNS() !== NS.sm)
    throw new WireError('protocol', 'the server broke the rules of stream management');
  return answer;
}

async function bindResource(stream: XmppStream, features: Element, resource: string): Promise<void> {
  const request = new Element('bind', { xmlns: NS.bind });
  request.c('resource').t(resource);
  const result = await stream.request('set', null, request);
  const address = result.getChild('bind', NS.bind)?.getChildText('jid');
  if (address === null || address === undefined || bareAddress(address) === null) {
    throw new WireError('protocol', 'the server bound us to no address');
  }
  stream.bound(address);
  // RFC 3921 section 3, for servers of that age: newer ones mark it as optional or leave it out.
  const session = features.getChild('session', NS.session);
  if (session !== undefined && session.getChild('optional') === undefined) {
    await stream.request('set', null, new Element('session', { xmlns: NS.session }));
  }
}
