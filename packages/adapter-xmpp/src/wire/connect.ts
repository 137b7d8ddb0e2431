import type { LinkTrust, Platform, Target } from './channel.ts';
import { asWireError, WireError } from './error.ts';
import type { WireLimits } from './limits.ts';
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
}

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
  const { platform, domain, trust, limits } = options;
  let failure = new WireError('name-not-found', `no address is known for ${domain}`);
  for await (const target of addresses(options, signal)) {
    try {
      const channel = await platform.connect(target, domain, trust, limits, signal);
      const stream = new XmppStream(channel, domain, limits);
      return { stream, result: await withinLimit(stream, setup, signal) };
    } catch (error) {
      failure = asWireError(error);
      if (signal.aborted) throw new WireError('aborted', 'the connection was given up', { cause: error });
      if (!ELSEWHERE.includes(failure.code)) throw failure;
    }
  }
  throw failure;
}

/** Those of DNS or of the user's choice first; what the web says (XEP-0156) is asked only when they were all in vain. */
async function* addresses(
  { platform, domain, server, trust }: ConnectOptions,
  signal: AbortSignal,
): AsyncGenerator<Target> {
  yield* await platform.resolve(domain, server, signal);
  if (server === null) yield* await platform.elsewhere(domain, trust, signal);
}

async function withinLimit<T>(
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
