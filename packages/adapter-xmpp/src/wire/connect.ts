import type { LinkTrust, Platform, Target } from './channel.ts';
import { asWireError, WireError } from './error.ts';
import type { WireLimits } from './limits.ts';
import { readLocation } from './location.ts';
import { XmppStream } from './stream.ts';

/** How to reach the server of an account. */
export interface ConnectOptions {
  readonly platform: Platform;
  /** The domain of the account: what the certificate must be for. */
  readonly domain: string;
  /** The user's own choice of server, or null. */
  readonly server: string | null;
  readonly trust: LinkTrust;
  readonly limits: WireLimits;
  /** Where the server itself wants to be reached this time, or null: tried first. */
  readonly preferred?: string | null;
}

/** Redirections that are followed in one attempt: more of them lead nowhere. */
const MOST_REDIRECTIONS = 3;

/** Errors after which another address of the same server is worth a try. */
const ELSEWHERE: readonly string[] = [
  'connect-refused',
  'connect-failed',
  'timeout',
  'name-not-found',
  'tls-failed',
];

/**
 * Connects to the first address that answers and does `setup` there (encrypt, sign in, bind), within the limit for it.
 * Whatever goes wrong, and when `signal` fires, the stream is destroyed and this rejects with WireError.
 */
export async function connect<T>(
  options: ConnectOptions,
  setup: (stream: XmppStream, signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<{ stream: XmppStream; result: T }> {
  let failure: WireError | null = null;
  let redirections = 0;
  for await (const address of addresses(options, signal)) {
    for (let target: Target | null = address; target !== null;) {
      const attempt: Attempt<T> = await once(target, options, setup, signal);
      if ('stream' in attempt) return attempt;
      if (signal.aborted)
        throw new WireError('aborted', 'the connection was given up', { cause: attempt.failure });
      redirections += 1;
      target = redirections > MOST_REDIRECTIONS ? null : attempt.redirection;
      if (target === null && !attempt.elsewhere) throw attempt.failure;
      failure ??= attempt.failure; // what was tried first says more of what is wrong than the last resort
    }
  }
  throw failure ?? new WireError('name-not-found', `no address is known for ${options.domain}`);
}

/** What came of one address; `elsewhere` when another one is worth a try. */
type Attempt<T> =
  | { readonly stream: XmppStream; readonly result: T }
  | { readonly failure: WireError; readonly elsewhere: boolean; readonly redirection: Target | null };

async function once<T>(
  target: Target,
  { platform, domain, trust, limits }: ConnectOptions,
  setup: (stream: XmppStream, signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<Attempt<T>> {
  let stream: XmppStream | null = null;
  try {
    const channel = await platform.connect(target, domain, trust, limits, signal);
    stream = new XmppStream(channel, domain, limits);
    return { stream, result: await withinLimit(stream, setup, signal) };
  } catch (error) {
    const failure = asWireError(error);
    // Where no server spoke to us, such as behind a load balancer with nothing behind it, another address may have one.
    const elsewhere = ELSEWHERE.includes(failure.code) || (stream !== null && !stream.greeted);
    return {
      failure,
      elsewhere,
      redirection: stream === null ? null : redirectionOf(failure, stream, target),
    };
  }
}

/** Only who has proved to be the server of the domain may send us elsewhere (RFC 6120 section 4.9.3.19), where the same proof is asked for. */
function redirectionOf({ location }: WireError, { channel }: XmppStream, target: Target): Target | null {
  if (location === null || !channel.secure) return null;
  return readLocation(location, target.security === 'direct' ? 'direct' : 'starttls');
}

/**
 * What the server prefers, then the addresses of DNS or of the user's choice; what the web says (XEP-0156) is asked only when they were
 * all in vain.
 */
async function* addresses(
  { platform, domain, server, trust, preferred }: ConnectOptions,
  signal: AbortSignal,
): AsyncGenerator<Target> {
  const first = preferred ? readLocation(preferred, 'starttls') : null;
  if (first !== null) yield first;
  yield* await platform.resolve(domain, server, signal);
  if (server === null) yield* await platform.elsewhere(domain, trust, signal);
}

/** Does something with a stream that may take no longer than a sign-in. Whatever goes wrong, the stream is destroyed. */
export async function withinLimit<T>(
  stream: XmppStream,
  setup: (stream: XmppStream, signal: AbortSignal) => Promise<T>,
  outer: AbortSignal,
): Promise<T> {
  // Destroying the stream fails whatever the setup waits for, so there is one way out for every reason.
  const controller = new AbortController();
  const giveUp = (error: WireError): void => {
    stream.destroy(error);
    controller.abort(error);
  };
  const abort = (): void => giveUp(new WireError('aborted', 'the connection was given up'));
  const timer = setTimeout(
    () => giveUp(new WireError('timeout', `${stream.domain} took too long to sign in`)),
    stream.limits.loginTime,
  );
  outer.addEventListener('abort', abort);
  try {
    if (outer.aborted) abort();
    return await setup(stream, controller.signal);
  } catch (error) {
    // What the stream itself failed of is the cause; what it made of the setup is not.
    const failure = stream.failure ?? asWireError(error);
    stream.destroy(failure);
    throw failure;
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', abort);
  }
}
