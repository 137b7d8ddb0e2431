import type { Credentials, HashedToken } from '@natter/wire';
import { Element } from '@xmpp/xml';
import { bareAddress } from './address.ts';
import { asWireError, WireError } from './error.ts';
import { NS } from './namespaces.ts';
import { authenticateBySasl, choose } from './sasl.ts';
import { authenticateBySasl2 } from './sasl2.ts';
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
  /** Whether copies of what other devices send are on already (XEP-0280). */
  readonly carbons: boolean;
}

/** Who signs in, and with what. */
export interface LoginRequest {
  /** The bare address. */
  readonly account: string;
  readonly credentials: Credentials;
  /** The mechanism of the last sign-in, or null. Nothing weaker is used. */
  readonly pinned: string | null;
  /** The resource to ask for, where the server lets us choose. */
  readonly resource: string;
  /** The session to take up, if there is one. */
  readonly resume: ResumeState | null;
  /** A UUID of this device, to which tokens are bound. */
  readonly agent: string;
  readonly token: HashedToken | null;
}

/** A session, and what is to be remembered for the next sign-in. */
export interface Login {
  /** The mechanism by which the password was proved; null when a token did in its place. */
  readonly mechanism: string | null;
  /** A new token, or null when there is none. */
  readonly token: HashedToken | null;
  readonly binding: Binding;
}

/**
 * Opens the stream and encrypts it. Gives the features of a stream on which credentials may be sent, or throws
 * `tls-required`: an offer without STARTTLS is what a man in the middle leaves over (CVE-2016-10027).
 */
export async function secureStream(
  stream: XmppStream,
  account: string,
  allowInsecure: boolean,
  signal: AbortSignal,
): Promise<Element> {
  // RFC 6120 section 4.7.1: who we are is told once nobody else can hear it. Tokens are offered to whom is known.
  const features = await stream.open(stream.channel.secure ? account : null);
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
  return stream.open(account);
}

/** Finds out whether the credentials are right, and no more. Gives the name of the mechanism, to be pinned. */
export async function authenticate(
  stream: XmppStream,
  features: Element,
  credentials: Credentials,
): Promise<string> {
  const { profile, mechanism } = choose(stream, features, credentials, null);
  if (profile === 'sasl') await authenticateBySasl(stream, mechanism);
  else {
    const agent = crypto.randomUUID();
    const nothing = { agent, session: false, resume: null, token: null } as const;
    await authenticateBySasl2(stream, features, { ...nothing, credentials, mechanism });
  }
  return mechanism.name;
}

/** Signs in and gives a stream with a session: an earlier one, or a new one. Throws WireError. */
export async function logIn(stream: XmppStream, features: Element, request: LoginRequest): Promise<Login> {
  const { credentials, pinned, resume } = request;
  const { profile, mechanism } = choose(stream, features, credentials, pinned);
  if (profile === 'sasl') {
    await authenticateBySasl(stream, mechanism);
    const offered = await stream.open(stream.channel.secure ? request.account : null);
    const binding = await bind(stream, offered, request.resource, resume);
    return { mechanism: mechanism.name, token: null, binding };
  }
  const { agent, token } = request;
  const result = await authenticateBySasl2(stream, features, {
    agent,
    session: true,
    resume,
    token,
    credentials,
    mechanism,
  });
  const { bound, resumed, handledBefore, carbons } = result;
  const binding = bound
    ? { resumed, handledBefore, carbons }
    : await bind(
        stream,
        await stream.nextFeatures(),
        request.resource,
        handledBefore === null ? resume : null,
      );
  return { mechanism: result.byPassword ? mechanism.name : null, token: result.token, binding };
}

/** Takes up the earlier session or binds a resource (RFC 6120 section 7) for a new one. */
async function bind(
  stream: XmppStream,
  features: Element,
  resource: string,
  resume: ResumeState | null,
): Promise<Binding> {
  const managed = features.getChild('sm', NS.sm) !== undefined;
  let handledBefore: number | null = null;
  if (managed && resume !== null) {
    const answer = await resumeSession(stream, resume);
    handledBefore = readCount(answer);
    if (answer.name === 'resumed') return { resumed: true, handledBefore, carbons: true };
  }
  await bindResource(stream, features, resource);
  if (managed) {
    stream.channel.send(stream.management.enable());
    await takeManagement(stream);
  }
  return { resumed: false, handledBefore, carbons: false };
}

async function resumeSession(stream: XmppStream, state: ResumeState): Promise<Element> {
  stream.bound(state.address);
  stream.expectResumed(state);
  stream.channel.send(StreamManagement.resume(state));
  return takeManagement(stream);
}

function askResource(stream: XmppStream, resource: string | null): Promise<Element> {
  const request = new Element('bind', { xmlns: NS.bind });
  if (resource !== null) request.c('resource').t(resource);
  return stream.request('set', null, request);
}

async function takeManagement(stream: XmppStream): Promise<Element> {
  const answer = await stream.inbox.take();
  if (answer.getNS() !== NS.sm)
    throw new WireError('protocol', 'the server broke the rules of stream management');
  return answer;
}

/** RFC 6120 section 7.7.2: a resource that is refused, such as one that a dead stream still holds, is no reason to stay away. */
async function bindResource(stream: XmppStream, features: Element, resource: string): Promise<void> {
  const result = await askResource(stream, resource).catch((error: unknown) => {
    const { code, stanzaErrorType } = asWireError(error);
    if (code !== 'stanza-error' || stanzaErrorType === 'wait') throw error;
    return askResource(stream, null); // the server chooses
  });
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
