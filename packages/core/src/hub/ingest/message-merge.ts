import type { MessageIn } from '../../contract/index.ts';
import type { Message, OrderKey } from '../../model/index.ts';
import { isPendingOrder } from './placement.ts';
import { mentionsUs } from './message-new.ts';
import { safeContent } from './safe-content.ts';
import type { Ingest } from './scope.ts';

/**
 * What a second telling of a message adds: names and times that were missing, the archive's order, and the text of a
 * message that could not be decrypted before. What is known stays; the same row is returned when nothing is new.
 */
export function mergeMessage(
  ingest: Ingest,
  row: Message,
  item: MessageIn,
  order: OrderKey | null,
  provisional: boolean,
): Message {
  const merged: Message = {
    ...row,
    stable: row.stable ?? (item.part === 0 ? item.stable : null),
    claimed: row.claimed ?? claimedOf(ingest, row, item),
    sentAt: row.sentAt ?? item.sentAt,
    ...healed(ingest, row, item),
    ...placed(row, order, provisional),
  };
  return sameRow(row, merged) ? row : merged;
}

/** A sender-chosen id is taken over only for its own sender and when it names no other row. */
function claimedOf({ transaction }: Ingest, row: Message, item: MessageIn): string | null {
  if (item.claimed === null || item.part !== 0 || item.sender.key !== row.sender.key) return null;
  const holder = transaction.messages.claimed(row.conversation, row.sender.key, item.claimed);
  return holder === null || holder.id === row.id ? item.claimed : null;
}

function placed(
  row: Message,
  order: OrderKey | null,
  provisional: boolean,
): Pick<Message, 'order' | 'provisional'> {
  if (order === null || isPendingOrder(order))
    return { order: row.order, provisional: row.provisional && provisional };
  return { order, provisional: row.provisional && provisional };
}

function healed(ingest: Ingest, row: Message, item: MessageIn): Partial<Message> {
  if (row.content.kind !== 'undecryptable' || item.content.kind === 'undecryptable') return {};
  ingest.transaction.log({ type: 'message', what: 'decrypted', message: row.id });
  return {
    content: safeContent(item.content),
    trust: item.trust,
    mentions: item.mentions ?? [],
    mentioned: mentionsUs(ingest, item),
  };
}

function sameRow(a: Message, b: Message): boolean {
  return (
    a.stable === b.stable &&
    a.claimed === b.claimed &&
    a.sentAt === b.sentAt &&
    a.order === b.order &&
    a.provisional === b.provisional &&
    a.content === b.content
  );
}
