import { Element } from '@xmpp/xml';
import type { ServerFeatures } from '../capabilities.ts';
import { asWireError } from '../wire/error.ts';
import { NS } from '../wire/namespaces.ts';
import type { XmppStream } from '../wire/stream.ts';

/** The identity of an account that keeps things for its owner (XEP-0163 section 6.1). */
const PEP = 'pubsub/pep';

/** Asks what our account and our server offer (XEP-0030). A server that does not answer offers nothing. */
export async function discoverServer(
  stream: XmppStream,
  own: string,
  signal: AbortSignal,
): Promise<ServerFeatures> {
  const [account, server] = await Promise.all([
    discover(stream, own, signal), // the archive belongs to the account (XEP-0313 section 6.1)
    discover(stream, stream.domain, signal),
  ]);
  return {
    archive: account.has(NS.mam),
    carbons: server.has(NS.carbons) || account.has(NS.carbons),
    blocking: server.has(NS.blocking) || account.has(NS.blocking),
    personal: account.has(PEP),
  };
}

async function discover(
  stream: XmppStream,
  address: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  try {
    const answer = await stream.request(
      'get',
      address,
      new Element('query', { xmlns: NS.discoInfo }),
      signal,
    );
    const features = answer.getChild('query', NS.discoInfo)?.getChildren('feature') ?? [];
    const identities = answer.getChild('query', NS.discoInfo)?.getChildren('identity') ?? [];
    const names = identities.map(({ attrs }) => `${String(attrs['category'])}/${String(attrs['type'])}`);
    return new Set([...features.map((feature) => String(feature.attrs['var'])), ...names]);
  } catch (error) {
    if (asWireError(error).code !== 'stanza-error') throw error;
    return new Set();
  }
}
