import { Element } from '@xmpp/xml';
import { readItemsAnswer, writeItemsQuery } from '../mapping/personal.ts';
import { readVcard4Name, readVcardName } from '../mapping/vcard.ts';
import { asWireError } from '../wire/error.ts';
import { NS } from '../wire/namespaces.ts';
import type { XmppStream } from '../wire/stream.ts';

/** Where a vcard of today is published (XEP-0292 section 5). */
const NODE = 'urn:xmpp:vcard4';
/** How long somebody's server may take before the question is answered without a name (milliseconds). */
const PATIENCE = 3_000;

/** What somebody calls themselves in their vcard (XEP-0292, else XEP-0054); null when they do not say, or not to us. */
export async function askName(
  stream: XmppStream,
  address: string,
  signal: AbortSignal,
): Promise<string | null> {
  const ask = async (payload: Element): Promise<Element | null> => {
    try {
      return await stream.request('get', address, payload, signal, PATIENCE);
    } catch (error) {
      const { code } = asWireError(error);
      if (code !== 'stanza-error' && code !== 'timeout') throw error;
      return null;
    }
  };
  const [modern, old] = await Promise.all([
    ask(writeItemsQuery(NODE)),
    ask(new Element('vCard', { xmlns: NS.vcard })),
  ]);
  const item = modern === null ? null : (readItemsAnswer(modern)[0]?.payload ?? null);
  return readVcard4Name(item) ?? readVcardName(old?.getChild('vCard', NS.vcard));
}
