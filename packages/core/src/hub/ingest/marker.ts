import type { MarkerEvent } from '../../contract/index.ts';
import type { Message } from '../../model/index.ts';
import { findTarget } from './lookups.ts';
import type { Ingest } from './scope.ts';
import { moveReadPosition } from './unread.ts';

/** How many of our own messages before a marker are marked with it; older ones were marked by earlier markers. */
const reach = 200;

/** Takes in how far somebody got: our other device, or a recipient of what we sent. */
export async function ingestMarker(ingest: Ingest, event: MarkerEvent): Promise<void> {
  const { transaction, account } = ingest;
  const conversation = transaction.conversationByKey(account.id, event.conversation);
  const upTo = conversation && findTarget(ingest, conversation.id, event.upTo);
  if (!conversation || !upTo) return;
  if (event.who.self) {
    if (event.kind === 'read') await moveReadPosition(transaction, conversation.id, upTo);
    return;
  }
  for (const message of event.exact ? [upTo] : await ownUpTo(ingest, upTo)) {
    const marked = withReceipt(message, event);
    if (marked === message) continue;
    transaction.messages.put(marked);
    transaction.log({ type: 'receipt', message: message.id, by: event.who.key, state: event.kind });
  }
}

async function ownUpTo({ transaction }: Ingest, upTo: Message): Promise<readonly Message[]> {
  const { rows } = await transaction.store.timeline({
    conversation: upTo.conversation,
    at: upTo.order,
    before: reach,
    after: 0,
  });
  await transaction.messages.prefetch(rows.map(({ id }) => ({ message: id })));
  const own = [...rows, upTo]
    .map((row) => transaction.messages.get(row.id) ?? row)
    .filter((row) => row.direction === 'out');
  return own.filter((row) => row.order <= upTo.order && (row.id === upTo.id || couldArrive(row)));
}

/** A message that the network refused, or never got, stands in the conversation too: nobody received it with its neighbours. */
function couldArrive({ delivery }: Message): boolean {
  return delivery !== 'failed' && delivery !== 'queued';
}

function withReceipt(message: Message, { who, kind }: MarkerEvent): Message {
  if (message.direction !== 'out') return message;
  const told = message.receipts[who.key];
  if (told === 'read' || told === kind) return message;
  const delivery = message.delivery === 'read' ? 'read' : kind;
  return { ...message, receipts: { ...message.receipts, [who.key]: kind }, delivery, error: null };
}
