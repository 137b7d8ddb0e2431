import type { Element } from '@xmpp/xml';
import { PRIVATE_LIST, writeNodeCreation, writeNodeSettings, writePublish } from '../mapping/personal.ts';
import type { PersonalItem } from '../mapping/personal.ts';
import { asWireError } from '../wire/error.ts';
import type { XmppStream } from '../wire/stream.ts';

/** What `max_items` is asked to be: newer servers know that it may be `max`, others have a limit that they do not tell. */
const LENGTHS: readonly string[] = ['max', '256', '10'];

/**
 * Publishes an item where only our own devices see it (XEP-0223). A server may not know an option here, or the node may
 * be another than we demand (XEP-0060 section 7.1.5): then the node is made what it must be, by its owner, and published to.
 */
export async function publishPrivately(
  stream: XmppStream,
  node: string,
  item: PersonalItem,
  signal: AbortSignal,
): Promise<void> {
  try {
    await stream.request('set', null, writePublish(node, item, PRIVATE_LIST), signal);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await configure(stream, node, signal);
    await stream.request('set', null, writePublish(node, item), signal);
  }
}

/** Makes a node, or changes the one that is there; throws where that cannot be had, so that nothing private goes out. */
async function configure(stream: XmppStream, node: string, signal: AbortSignal): Promise<void> {
  let failure: unknown;
  for (const max_items of LENGTHS) {
    const settings = { ...PRIVATE_LIST, max_items };
    const attempt = (query: Element): Promise<boolean> =>
      accepted(stream, query, signal, (e) => (failure = e));
    if (await attempt(writeNodeCreation(node, settings))) return;
    if (await attempt(writeNodeSettings(node, settings))) return;
  }
  throw failure;
}

async function accepted(
  stream: XmppStream,
  query: Element,
  signal: AbortSignal,
  refused: (error: unknown) => void,
): Promise<boolean> {
  try {
    await stream.request('set', null, query, signal);
    return true;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    refused(error);
    return false;
  }
}

function isRefusal(error: unknown): boolean {
  return asWireError(error).code === 'stanza-error';
}
