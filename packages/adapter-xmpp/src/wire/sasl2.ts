import {
  hashedToken,
  selectHashedToken,
  toBase64,
  type Credentials,
  type HashedToken,
  type Mechanism,
} from '@natter/wire';
import { Element } from '@xmpp/xml';
import { asWireError, WireError } from './error.ts';
import { NS } from './namespaces.ts';
import { decodeSasl, takeStep } from './sasl.ts';
import { UpgradeTasks } from './sasl2-tasks.ts';
import { readCount, StreamManagement, type ResumeState } from './stream-management.ts';
import type { XmppStream } from './stream.ts';

/** What is asked for together with the sign-in, so that one round trip does all of it. */
export interface Sasl2Request {
  /** A UUID that stays the same for this device; tokens are bound to it. */
  readonly agent: string;
  /** Whether a session is to follow; without, nothing is asked for but whether the credentials are right. */
  readonly session: boolean;
  /** The session to take up, if there is one. */
  readonly resume: ResumeState | null;
  /** A token of an earlier sign-in (XEP-0484). */
  readonly token: HashedToken | null;
  readonly credentials: Credentials;
  /** By what to sign in where the token does not do. */
  readonly mechanism: Mechanism;
}

/** What the server granted. */
export interface Sasl2Result {
  /** Whether the password was asked for, and not just the token. */
  readonly byPassword: boolean;
  /** To be stored in place of the old one; null leaves that as it is. */
  readonly token: HashedToken | null;
  /** Whether the stream has its resource (XEP-0386), or goes on with an old one (XEP-0198). */
  readonly bound: boolean;
  readonly resumed: boolean;
  readonly handledBefore: number | null;
  /** Copies of what other devices send are on already. */
  readonly carbons: boolean;
}

/**
 * Signs in by XEP-0388, with what can be had inline: a token, an old session, a resource with its features. A token that is
 * refused is followed by the password on the same stream. Throws `sasl-...`.
 */
export async function authenticateBySasl2(
  stream: XmppStream,
  features: Element,
  request: Sasl2Request,
): Promise<Sasl2Result> {
  const authentication = features.getChild('authentication', NS.sasl2);
  const inline = authentication?.getChild('inline');
  const tokens = inline?.getChild('fast', NS.fast)?.getChildren('mechanism') ?? [];
  // A token is worth a password: it goes where a password would.
  const offered = stream.channel.secure ? tokens.map((element) => element.getText().trim()) : [];
  const { bindings } = stream.channel;
  const { credentials, mechanism } = request;
  const extras = writeExtras(inline, request);
  if (request.resume !== null) stream.expectResumed(request.resume);
  const byToken =
    request.token === null ? null : await hashedToken(credentials.username, request.token, offered, bindings);
  if (byToken !== null) {
    const fast = new Element('fast', { xmlns: NS.fast });
    const success = await attempt(stream, byToken, [...extras, fast], UpgradeTasks.none);
    if (success !== null) return readResult(success, byToken.name, false);
  }
  const wanted = request.session ? selectHashedToken(offered, bindings) : null;
  const ask = wanted === null ? [] : [new Element('request-token', { xmlns: NS.fast, mechanism: wanted })];
  const tasks = UpgradeTasks.select(authentication, mechanism, credentials);
  const success = await attempt(stream, mechanism, [...extras, ...ask, ...tasks.requests()], tasks);
  if (success === null) throw new WireError('sasl-failed', 'not-authorized', { condition: 'not-authorized' });
  return readResult(success, wanted, true);
}

/** Gives the success, or null when a token was refused. */
async function attempt(
  stream: XmppStream,
  mechanism: Mechanism,
  extras: readonly Element[],
  tasks: UpgradeTasks,
): Promise<Element | null> {
  const request = new Element('authenticate', { xmlns: NS.sasl2, mechanism: mechanism.name });
  request.c('initial-response').t(toBase64(await mechanism.initial()));
  for (const extra of extras) request.append(extra);
  stream.channel.send(request);
  try {
    for (let proved = false; ;) {
      const step = await takeStep(stream, mechanism, NS.sasl2);
      if (step === null) continue;
      const task = step.name === 'continue' ? tasks.choose(step) : null;
      // XEP-0388 section 2.6.3: the server proves itself where the mechanism ends, and before anything more is told to it.
      const data = step.getChildText('additional-data');
      if (!proved) await mechanism.finish(data === null ? null : decodeSasl(data));
      proved = true;
      if (task !== null) {
        await tasks.perform(stream, task);
        continue;
      }
      stream.authenticated();
      return step;
    }
  } catch (error) {
    if (mechanism.name.startsWith('HT-') && asWireError(error).code === 'sasl-failed') return null;
    throw error;
  }
}

function writeExtras(inline: Element | undefined, { agent, session, resume }: Sasl2Request): Element[] {
  const userAgent = new Element('user-agent', { xmlns: NS.sasl2, id: agent });
  userAgent.c('software').t('natter');
  const extras = [userAgent];
  if (!session) return extras;
  const bind = inline?.getChild('bind', NS.bind2);
  if (bind !== undefined) extras.push(writeBind(bind));
  if (resume !== null && inline?.getChild('sm', NS.sm) !== undefined)
    extras.push(StreamManagement.resume(resume));
  return extras;
}

/** XEP-0386: the resource, and with it what would else take a round trip each. */
function writeBind(offer: Element): Element {
  const features = offer.getChild('inline')?.getChildren('feature') ?? [];
  const has = (name: string): boolean => features.some(({ attrs }) => attrs['var'] === name);
  const bind = new Element('bind', { xmlns: NS.bind2 });
  bind.c('tag').t('natter');
  if (has(NS.carbons)) bind.c('enable', { xmlns: NS.carbons });
  if (has(NS.sm)) bind.c('enable', { xmlns: NS.sm, resume: 'true' });
  return bind;
}

function readResult(success: Element, mechanism: string | null, byPassword: boolean): Sasl2Result {
  const bound = success.getChild('bound', NS.bind2);
  const resumed = success.getChild('resumed', NS.sm);
  const failed = success.getChild('failed', NS.sm);
  const token: unknown = success.getChild('token', NS.fast)?.attrs['token'];
  const answer = resumed ?? failed;
  return {
    byPassword,
    token: typeof token === 'string' && token !== '' && mechanism !== null ? { mechanism, token } : null,
    bound: bound !== undefined || resumed !== undefined,
    resumed: resumed !== undefined,
    handledBefore: answer === undefined ? null : readCount(answer),
    carbons: bound?.getChild('enabled', NS.carbons) !== undefined,
  };
}
