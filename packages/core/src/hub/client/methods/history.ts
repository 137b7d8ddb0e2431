import type { Methods } from '../../../client/index.ts';
import type { Operation, Transfer } from '../../../model/index.ts';
import { attachmentsOf, isFinal, withoutSecrets } from '../../../model/index.ts';
import { cancelOperation, retryOperation } from '../../outbox/cancel.ts';
import type { ClientContext } from '../context.ts';
import { found } from '../context.ts';
import { cancelDownload, startDownload, startPictureDownload } from '../downloads.ts';
import { historyPage } from '../history-page.ts';
import { importHistory } from '../import-history.ts';
import { messageView } from '../message-view.ts';
import { resolveName } from '../resolve.ts';
import type { Answers } from './table.ts';

type Names = Extract<
  keyof Methods,
  | `operation.${string}`
  | `history.${string}`
  | 'resolve'
  | 'blob.create'
  | 'attachment.fetch'
  | 'avatar.fetch'
  | 'transfer.cancel'
>;

const defaultSearchLimit = 50;
const finalOperations = 200;

/** The outbox as a list, history, search, names and files. */
export function historyMethods(context: ClientContext): Answers<Names> {
  const { profile, queue, store, now } = context.environment;
  return {
    'operation.list': async ({ final, limit }) =>
      final === true ? store.operations(limit ?? finalOperations) : openOperations(context),
    'operation.get': async ({ operation: id }) => {
      const operation = profile.operations.get(id) ?? (await store.findOperation({ id }));
      return withoutSecrets(found(operation, 'operation', 'operation'));
    },
    'operation.cancel': ({ operation }) =>
      queue.run((transaction) => cancelOperation(transaction, operation, now())),
    'operation.retry': ({ operation }) =>
      queue.run((transaction) => retryOperation(transaction, operation, now())),
    'history.page': (params, signal) => historyPage(context, params, signal),
    'history.import': (params) => importHistory(context, params),
    'history.search': async ({ in: conversations, from: senders, limit, ...rest }) => {
      const rows = await store.search({
        ...rest,
        ...(conversations === undefined ? {} : { conversations }),
        ...(senders === undefined ? {} : { senders }),
        limit: limit ?? defaultSearchLimit,
      });
      return rows.map((row) => messageView(profile, row));
    },
    resolve: async ({ text, account }) => resolveName(context, text, account),
    'blob.create': async () => ({ blob: await context.looseBlobs.create() }),
    'attachment.fetch': async ({ message: id, index }): Promise<Transfer> => {
      const [message] = await store.findMessages([{ message: id }]);
      const known = found(message, 'message', 'message');
      return startDownload(
        context,
        known,
        found(attachmentsOf(known.content)[index], 'message', 'attachment'),
        index,
      );
    },
    'avatar.fetch': async ({ contact }) =>
      startPictureDownload(context, found(profile.contacts.get(contact), 'contact', 'contact')),
    'transfer.cancel': async ({ blob }) => cancelDownload(context, blob),
  };
}

/** What waits, and what was refused and nobody has taken note of yet, oldest first. */
async function openOperations({ environment }: ClientContext): Promise<readonly Operation[]> {
  const { profile, store } = environment;
  const waiting = [...profile.operations.entries()].flatMap(([, operation]) =>
    isFinal(operation.state) ? [] : [operation],
  );
  const newest = await store.operations(finalOperations);
  const refused = newest.filter(({ state }) => state === 'refused');
  return [...refused, ...waiting].map(withoutSecrets).sort((a, b) => a.createdAt - b.createdAt);
}
