import { Element } from '@xmpp/xml';
import type { ServerFeatures } from '../capabilities.ts';
import { asWireError } from '../wire/error.ts';
import { NS } from '../wire/namespaces.ts';
import type { XmppStream } from '../wire/stream.ts';

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
    return new Set(features.map((feature) => String(feature.attrs['var'])));
  } catch (error) {
    if (asWireError(error).code !== 'stanza-error') throw error;
    return new Set();
  }
}
