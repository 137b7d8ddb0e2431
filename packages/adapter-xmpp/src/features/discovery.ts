import type { ServerFeatures } from '../capabilities.ts';
import { isOf } from '../mapping/disco.ts';
import { NS } from '../wire/namespaces.ts';
import type { XmppStream } from '../wire/stream.ts';
import { askInfo } from './services.ts';

/** Asks what our account and our server offer (XEP-0030). A server that does not answer offers nothing. */
export async function discoverServer(
  stream: XmppStream,
  own: string,
  signal: AbortSignal,
): Promise<ServerFeatures> {
  const [account, server] = await Promise.all([
    askInfo(stream, own, signal), // the archive belongs to the account (XEP-0313 section 6.1)
    askInfo(stream, stream.domain, signal),
  ]);
  return {
    archive: account.features.has(NS.mam),
    archiveById: account.features.has(`${NS.mam}#extended`),
    carbons: server.features.has(NS.carbons) || account.features.has(NS.carbons),
    blocking: server.features.has(NS.blocking) || account.features.has(NS.blocking),
    // XEP-0163 section 6.1; before its version 1.2 the server said so.
    personal: isOf(account, 'pubsub', 'pep') || isOf(server, 'pubsub', 'pep'),
    avatarConversion: account.features.has(NS.avatarConversion),
    itself: server,
  };
}
