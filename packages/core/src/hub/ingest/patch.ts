import type { PatchEvent } from '../../contract/index.ts';
import type { ConversationId } from '../../model/index.ts';
import { ensureConversation } from './conversation.ts';
import { findTarget } from './lookups.ts';
import { applyChange } from './message-change.ts';
import { keepOrphan } from './orphans.ts';
import type { Ingest } from './scope.ts';

/** Takes in a change of a message; it waits when its message is not here yet. */
export function ingestPatch(ingest: Ingest, event: PatchEvent): void {
  const conversation = ensureConversation(
    ingest,
    event.conversation,
    ingest.transaction.contactByKey(ingest.account.id, event.conversation) ?? null,
  );
  const message = findTarget(ingest, conversation.id, event.target);
  if (message === null) keepChange(ingest, conversation.id, event);
  else applyChange(ingest, message, event.by, event.change);
}

/** An edit, reaction or retraction may come before its message: from another source, or from the newer page of an archive. */
function keepChange(ingest: Ingest, conversation: ConversationId, { target, by, change }: PatchEvent): void {
  const id = JSON.stringify([conversation, target, by.key, change]);
  keepOrphan(ingest, 'orphans', { id, conversation, target, by, change });
}
