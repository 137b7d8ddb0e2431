import { writeNodeCreation, writePublish, type PersonalItem } from '../mapping/personal.ts';
import { asWireError } from '../wire/error.ts';
import type { XmppStream } from '../wire/stream.ts';

/**
 * Publishes an item where contacts see it. A service that makes no nodes by itself, as XEP-0163 wants it, is told to make this
 * one first.
 */
export async function publish(
  stream: XmppStream,
  node: string,
  item: PersonalItem,
  signal: AbortSignal,
): Promise<void> {
  try {
    await stream.request('set', null, writePublish(node, item), signal);
  } catch (error) {
    if (asWireError(error).condition !== 'item-not-found') throw error;
    await stream.request('set', null, writeNodeCreation(node, { access_model: 'presence' }), signal);
    await stream.request('set', null, writePublish(node, item), signal);
  }
}
