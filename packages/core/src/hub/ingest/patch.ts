import type { PatchEvent } from '../../contract/index.ts';
import type { ConversationId } from '../../model/index.ts';
import { ensureConversation } from './conversation.ts';
import { findTarget } from './lookups.ts';
import { applyChange } from './message-change.ts';
import type { Ingest } from './scope.ts';

/** How many changes of one account wait for their messages. */
const orphanLimit = 2000;

/** Takes in a change of a message; it waits when its message is not here yet. */
export function ingestPatch(ingest: Ingest, event: PatchEvent): void {
  const conversation = ensureConversation(
    ingest,
    event.conversation,
    ingest.transaction.contactByKey(ingest.account.id, event.conversation) ?? null,
  );
  const message = findTarget(ingest, conversation.id, event.target);
  if (message === null) keepOrphan(ingest, conversation.id, event);
  else applyChange(ingest, message, event.by, event.change);
}

/** An edit, reaction or retraction may come before its message: from another source, or from the newer page of an archive. */
function keepOrphan({ transaction, account }: Ingest, conversation: ConversationId, event: PatchEvent): void {
  const { target, by, change } = event;
  const id = JSON.stringify([conversation, target, by.key, change]);
  transaction.write({ put: 'orphan', value: { id, conversation, target, by, change } });
  const { orphaned, orphans } = transaction.profile;
  const waiting = orphans.get(account.id) ?? new Set();
  transaction.later(() => {
    orphaned.add(conversation);
    orphans.set(account.id, waiting.add(id));
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
