import type { Element } from '@xmpp/xml';
import { NS } from '../wire/namespaces.ts';

/** Bytes of the largest stanza that a server takes, as its stream features tell (XEP-0478); null where they do not. */
export function readStanzaLimit(features: Element | null): number | null {
  const told = features?.getChild('limits', NS.streamLimits)?.getChildText('max-bytes')?.trim() ?? '';
  return /^\d{1,15}$/.test(told) ? Number(told) : null;
}
