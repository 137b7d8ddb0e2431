import type { MessageIn } from '../../contract/index.ts';
import type { ConversationId, Target } from '../../model/index.ts';
import { findTarget } from './lookups.ts';
import { applyChange } from './message-change.ts';
import type { Ingest } from './scope.ts';

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
  for (const orphan of await transaction.store.orphans(conversation, targets)) {
    const message = findTarget(ingest, conversation, orphan.target);
    if (message === null) continue;
    applyChange(ingest, message, orphan.by, orphan.change);
    transaction.write({ remove: 'orphan', orphan: orphan.id });
    transaction.later(() => transaction.profile.orphans.get(account.id)?.delete(orphan.id));
  }
}
