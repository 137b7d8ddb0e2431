import type { Outcome } from '../../contract/index.ts';
import type { Operation } from '../../model/index.ts';
import { newConversation } from '../ingest/conversation.ts';
import type { Transaction } from '../state/transaction.ts';

/**
 * An accepted operation may have given birth to a conversation: a direct one with its first message, a room that was
 * created or joined. It gets its key; the operation points to it.
 */
export function adoptConversation(
  transaction: Transaction,
  operation: Operation,
  outcome: Outcome,
): Operation {
  if (outcome.result !== 'accepted' || outcome.conversation === undefined) return operation;
  const known = transaction.conversationByKey(operation.account, outcome.conversation);
  if (known) return { ...operation, conversation: known.id };
  const unborn =
    operation.conversation === null ? undefined : transaction.conversations.get(operation.conversation);
  if (unborn?.key === null) {
    transaction.putConversation({ ...unborn, key: outcome.conversation });
    return operation;
  }
  if (operation.body.type !== 'room') return operation;
  const { change } = operation.body;
  const kind = change.action === 'create' ? change.kind : 'channel';
  const room = newConversation({
    account: operation.account,
    key: outcome.conversation,
    kind,
    contact: null,
  });
  transaction.putConversation(room);
  return { ...operation, conversation: room.id };
}
