import { Element } from '@xmpp/xml';
import { verificationHash } from '../mapping/disco.ts';
import { NS } from '../wire/namespaces.ts';

/** Names the software in what we announce (XEP-0115 section 4). */
const NODE = 'urn:natter:client';

/** What we can do, for who asks (XEP-0030). A `+notify` asks for what that node publishes (XEP-0163 section 4). */
const FEATURES: readonly string[] = [
  NS.discoInfo,
  NS.caps,
  NS.carbons,
  NS.chatStates,
  NS.receipts,
  NS.markers,
  NS.correction,
  NS.retraction,
  NS.reactions,
  NS.replies,
  NS.stanzaIds,
  NS.ping,
  NS.time,
  NS.muc,
  NS.conference,
  NS.oob,
  NS.sharing,
  NS.encryption,
  NS.styling,
  NS.delay,
  NS.discoItems,
  `${NS.bookmarks}+notify`,
  `${NS.displayed}+notify`,
  `${NS.avatarMetadata}+notify`,
  `${NS.nick}+notify`,
];

/** What we say of ourselves, and the short form of it that goes into every presence. */
export interface SelfDescription {
  /** The answer to who asks; null for a node that is not ours. */
  answer(node: string | null): Element | null;
  /** Whether who asks is told which software runs here (XEP-0092). */
  readonly tellsVersion: boolean;
  /** `<c/>` for our presence. */
  announce(): Element;
}

/** Describes this client. */
export async function describeSelf(tellsVersion: boolean): Promise<SelfDescription> {
  const features = [...FEATURES, ...(tellsVersion ? [NS.version] : [])].toSorted();
  const holder = new Element('iq');
  holder.append(describe(null, features));
  const ver = (await verificationHash(holder, 'SHA-1')) ?? '';
  const announced = `${NODE}#${ver}`;
  return {
    answer: (node) => (node === null || node === announced ? describe(node, features) : null),
    tellsVersion,
    announce: () => new Element('c', { xmlns: NS.caps, hash: 'sha-1', node: NODE, ver }),
  };
}

function describe(node: string | null, features: readonly string[]): Element {
  const query = new Element('query', { xmlns: NS.discoInfo, ...(node === null ? {} : { node }) });
  query.c('identity', { category: 'client', type: 'console', name: 'natter' });
  for (const feature of features) query.c('feature', { var: feature });
  return query;
}
