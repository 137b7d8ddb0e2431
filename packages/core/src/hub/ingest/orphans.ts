import type { MessageIn } from '../../contract/index.ts';
import type { ConversationId, Message, MessageReference, Target } from '../../model/index.ts';
import type { Orphan } from '../../ports/index.ts';
import { findTarget } from './lookups.ts';
import { applyChange } from './message-change.ts';
import type { Ingest } from './scope.ts';

/** How many changes of one account, and how many answers, wait for their messages. */
const orphanLimit = 2000;

/** Keeps something until the message comes that it is about. */
export function keepOrphan(
  { transaction, account }: Ingest,
  kind: 'orphans' | 'references',
  orphan: Orphan,
): void {
  transaction.write({ put: 'orphan', value: orphan });
  transaction.orphans.set(orphan.id, orphan);
  const { orphaned, [kind]: orphans } = transaction.profile;
  const waiting = orphans.get(account.id) ?? new Set();
  transaction.later(() => {
    orphaned.add(orphan.conversation);
    orphans.set(account.id, waiting.add(orphan.id));
  });
  // A message that has not come while thousands of others were spoken of will not come.
  const { orphansDropped } = transaction;
  for (const oldest of waiting.size >= orphanLimit ? waiting : []) {
    if (orphansDropped.has(oldest)) continue;
    orphansDropped.add(oldest);
    transaction.write({ remove: 'orphan', orphan: oldest });
    transaction.later(() => waiting.delete(oldest));
    if (waiting.size - orphansDropped.size < orphanLimit) break;
  }
}

/** A message that answers one that is not here yet learns of it when it comes: an archive is read backwards. */
export function awaitReferences(ingest: Ingest, { id, conversation, replyTo, thread }: Message): void {
  for (const reference of [replyTo, thread]) {
    if (reference === null || reference.message !== null) continue;
    const { target } = reference;
    const name = JSON.stringify([conversation, target, id]);
    keepOrphan(ingest, 'references', { id: name, conversation, target, referrer: id });
  }
}

/** Applies what waited for these messages. */
export async function adoptOrphans(
  ingest: Ingest,
  conversation: ConversationId,
  items: readonly MessageIn[],
): Promise<void> {
  const { transaction, account } = ingest;
  const targets = items.flatMap((item): Target[] => [
    ...(item.stable === null ? [] : [{ stable: item.stable }]),
    ...(item.claimed === null ? [] : [{ claimed: item.claimed, sender: item.sender.key }]),
  ]);
  const waiting = [
    ...(await transaction.store.orphans(conversation, targets)),
    ...transaction.orphans.values(),
  ];
  for (const orphan of waiting) {
    if (orphan.conversation !== conversation) continue;
    const message = findTarget(ingest, conversation, orphan.target);
    if (message === null) continue;
    if ('referrer' in orphan) await refer(ingest, orphan.referrer, orphan.target, message);
    else applyChange(ingest, message, orphan.by, orphan.change);
    transaction.write({ remove: 'orphan', orphan: orphan.id });
    transaction.orphans.delete(orphan.id);
    const { orphans, references } = transaction.profile;
    transaction.later(() => {
      orphans.get(account.id)?.delete(orphan.id);
      references.get(account.id)?.delete(orphan.id);
    });
  }
}

async function refer(
  { transaction }: Ingest,
  referrer: Message['id'],
  target: Target,
  { id }: Message,
): Promise<void> {
  await transaction.messages.prefetch([{ message: referrer }]);
  const row = transaction.messages.get(referrer);
  if (row === null) return;
  const led = (reference: MessageReference | null): MessageReference | null =>
    reference?.message === null && isSame(reference.target, target)
      ? { ...reference, message: id }
      : reference;
  transaction.messages.put({ ...row, replyTo: led(row.replyTo), thread: led(row.thread) });
}

function isSame(a: Target, b: Target): boolean {
  if ('stable' in a || 'stable' in b) return 'stable' in a && 'stable' in b && a.stable === b.stable;
  return a.claimed === b.claimed && a.sender === b.sender;
}
