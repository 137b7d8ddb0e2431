import type { Methods } from '../../../client/index.ts';
import type { AccountId, ConversationId, OperationBody, OperationId } from '../../../model/index.ts';
import { enqueue } from '../../outbox/enqueue.ts';
import type { ClientContext } from '../context.ts';
import { found } from '../context.ts';
import type { Answers } from './table.ts';

/** Changes of the contact list, of rooms and of our profile; each answer means that it is durable in the outbox. */
export function changeMethods(
  context: ClientContext,
): Answers<Extract<keyof Methods, 'roster.change' | 'room.change' | 'profile.change'>> {
  const { queue, now } = context.environment;
  const put = (
    key: string,
    account: AccountId,
    conversation: ConversationId | null,
    body: OperationBody,
  ): Promise<{ readonly operation: OperationId }> =>
    queue.run(async (transaction) => {
      found(transaction.accounts.get(account), 'account', 'account');
      if (conversation !== null) {
        found(transaction.conversations.get(conversation), 'conversation', 'conversation');
      }
      const { id } = await enqueue(transaction, { key, account, conversation, body, now: now() });
      return { operation: id };
    });
  return {
    'roster.change': ({ key, account, change }) => put(key, account, null, { type: 'roster', change }),
    'room.change': ({ key, account, conversation, change }) =>
      put(key, account, conversation ?? null, { type: 'room', change }),
    'profile.change': ({ key, account, change }) => put(key, account, null, { type: 'profile', change }),
  };
}
