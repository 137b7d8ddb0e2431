import type { ImportedHistory, Methods } from '../../client/index.ts';
import type { Event, Place } from '../../contract/index.ts';
import type { ConversationId, RemoteKey } from '../../model/index.ts';
import { NatterError, errorData } from '../../model/index.ts';
import { ingestBatch } from '../ingest/batch.ts';
import type { Ingest } from '../ingest/scope.ts';
import { validateBatch } from '../ingest/validate.ts';
import type { ClientContext } from './context.ts';
import { found } from './context.ts';

/**
 * Takes in a piece of a backup as an archive of the network would tell it: nothing of it is news, what is here already stays
 * as it is, and a second time changes nothing.
 */
export async function importHistory(
  { environment }: ClientContext,
  { account: id, events = [], history }: Methods['history.import'][0],
): Promise<{ messages: number }> {
  const { queue, profile, adapters, now } = environment;
  if (events.some((event) => event.type !== 'upsert' || event.of === 'member'))
    throw new NatterError(errorData('invalid', 'a backup tells of contacts and conversations only'));
  validateBatch(id, { origin: 'snapshot', events });
  return queue.run(async (transaction) => {
    const account = found(transaction.accounts.get(id), 'account', 'account');
    const capabilities =
      profile.statuses.get(id)?.capabilities ?? adapters.get(account.network)?.capabilities;
    const order = capabilities?.order ?? 'arrival';
    const ingest: Ingest = { transaction, account, order, purpose: 'history', news: false, now: now() };
    await ingestBatch(ingest, { origin: 'snapshot', events }, none);
    return { messages: history === undefined ? 0 : await importMessages(ingest, history) };
  });
}

async function importMessages(ingest: Ingest, history: ImportedHistory): Promise<number> {
  const { conversation, messages } = history;
  const { transaction, account } = ingest;
  const here = transaction.conversationByKey(account.id, conversation)?.id ?? null;
  const known = here === null ? [] : await knownOf(ingest, here, history);
  const fresh = messages.filter((_, index) => known[index] !== true);
  if (fresh.length === 0) return 0;
  const place = await placeOf(ingest, here, history, fresh);
  const events: Event[] = [
    { type: 'timeline', conversation, place, items: fresh.map(({ item }) => item) },
    ...fresh.flatMap(({ changes }) => changes),
  ];
  if (events.some((event, index) => index > 0 && event.type !== 'patch'))
    throw new NatterError(errorData('invalid', 'what is done to a message is a patch'));
  validateBatch(account.id, { origin: 'archive', events });
  await ingestBatch(ingest, { origin: 'archive', events }, none);
  return fresh.length;
}

/** Which of the messages are stored, under any of their names. */
async function knownOf(
  { transaction }: Ingest,
  conversation: ConversationId,
  { messages }: ImportedHistory,
): Promise<readonly boolean[]> {
  const found = await Promise.all(
    messages.map(async ({ id, item: { stable, claimed, sender } }) => {
      const rows = await transaction.store.findMessages([
        { message: id },
        ...(stable === null ? [] : [{ conversation, stable }]),
        ...(claimed === null ? [] : [{ conversation, sender: sender.key, claimed }]),
      ]);
      return rows.some((row) => row !== null);
    }),
  );
  return found;
}

/**
 * A total order is the network's own, and the backup has its keys. Elsewhere the messages follow what the backup told
 * before, or come before everything that there is.
 */
async function placeOf(
  { order, transaction }: Ingest,
  here: ConversationId | null,
  { after, messages }: ImportedHistory,
  fresh: ImportedHistory['messages'],
): Promise<Place> {
  if (order === 'total') return { by: 'key', keys: fresh.map((message) => message.order) };
  const first = messages.indexOf(fresh[0] as (typeof fresh)[number]);
  const neighbour = messages[first - 1]?.item.stable ?? after;
  if (neighbour !== null) return { by: 'page', after: neighbour, before: null };
  return { by: 'page', after: null, before: here === null ? null : await oldest(transaction.store, here) };
}

async function oldest(
  store: Ingest['transaction']['store'],
  conversation: ConversationId,
): Promise<RemoteKey | null> {
  const { first } = await store.edges(conversation);
  if (first === null) return null;
  const { rows } = await store.timeline({ conversation, at: first, before: 0, after: 1 });
  return rows[0]?.stable ?? null;
}

const none: ReadonlySet<string> = new Set();
