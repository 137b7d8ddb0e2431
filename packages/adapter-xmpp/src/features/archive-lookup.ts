import type { ArchivedMessage } from '../mapping/archive.ts';
import type { Runtime } from '../runtime.ts';
import { asWireError } from '../wire/error.ts';
import type { Archive } from './archive.ts';

/** Messages that are looked for one by one. */
const MOST_SINGLE = 20;

/** The messages of our archive that have these ids. Those that are not there any more are left out. */
export async function lookUp(
  archive: Archive,
  { own, server }: Runtime,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly ArchivedMessage[]> {
  if (ids.length === 0 || !server.archive) return [];
  if (server.archiveById) return (await archive.ask(own, { ids, max: ids.length }, signal)).messages;
  const found: ArchivedMessage[] = [];
  for (const id of ids.slice(0, MOST_SINGLE)) found.push(...(await one(archive, own, id, signal)));
  return found;
}

/** Archives without `#extended` page by ids all the same (XEP-0059): the message behind the one before it. */
async function one(
  archive: Archive,
  own: string,
  id: string,
  signal: AbortSignal,
): Promise<readonly ArchivedMessage[]> {
  try {
    const { messages } = await archive.ask(own, { before: id, max: 1 }, signal);
    const [previous] = messages;
    const after = previous === undefined ? {} : { after: previous.archiveId };
    const next = await archive.ask(own, { ...after, max: 1 }, signal);
    return next.messages.filter(({ archiveId }) => archiveId === id);
  } catch (error) {
    if (asWireError(error).condition === 'item-not-found') return [];
    throw error;
  }
}
