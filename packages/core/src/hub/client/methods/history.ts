import type { Methods, MessageView } from '../../../client/index.ts';
import type { Conversation, Message, OrderKey, Transfer } from '../../../model/index.ts';
import { NatterError, attachmentsOf, errorData, mintId, supports } from '../../../model/index.ts';
import { cancelOperation, retryOperation } from '../../outbox/cancel.ts';
import { accountView } from '../account-view.ts';
import type { ClientContext } from '../context.ts';
import { found } from '../context.ts';
import { startDownload, cancelDownload } from '../downloads.ts';
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
  | 'transfer.cancel'
>;

const defaultSearchLimit = 50;
const finalOperations = 200;
/** Pages asked of the network for one `history.page`. */
const remotePages = 5;

/** The outbox as a list, history, search, names and files. */
export function historyMethods(context: ClientContext): Answers<Names> {
  const { profile, queue, store, now } = context.environment;
  return {
    'operation.list': async ({ final, limit }) =>
      final === true
        ? store.operations(limit ?? finalOperations)
        : [...profile.operations.entries()].map(([, operation]) => operation).filter(isOpen),
    'operation.get': async ({ operation }) =>
      found(
        profile.operations.get(operation) ?? (await store.findOperation({ id: operation })),
        'operation',
        'operation',
      ),
    'operation.cancel': ({ operation }) =>
      queue.run((transaction) => cancelOperation(transaction, operation, now())),
    'operation.retry': ({ operation }) =>
      queue.run((transaction) => retryOperation(transaction, operation, now())),
    'history.page': (params, signal) => historyPage(context, params, signal),
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
    'blob.create': async () => ({ blob: mintId('blob') }),
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
    'transfer.cancel': async ({ blob }) => cancelDownload(context, blob),
  };
}

function isOpen({ state }: { readonly state: string }): boolean {
  return state !== 'accepted' && state !== 'cancelled';
}

/** Stored rows, and when they are too few and the account is online, older ones from the network first. */
async function historyPage(
  context: ClientContext,
  { conversation: id, before, limit, remote }: Methods['history.page'][0],
  signal: AbortSignal,
): Promise<{ rows: readonly MessageView[]; atStart: boolean }> {
  const { profile, store } = context.environment;
  const conversation = found(profile.conversations.get(id), 'conversation', 'conversation');
  let atStart = remote === false || !canAsk(context, conversation);
  let cursor: string | null = null;
  for (let page = 0; ; page += 1) {
    const at = before === undefined ? 'end' : await orderOf(context, before);
    const stored = await store.timeline({ conversation: id, at, before: limit, after: 0 });
    if (stored.rows.length >= limit || atStart || page >= remotePages) {
      return {
        rows: stored.rows.map((row) => messageView(profile, row)),
        atStart: stored.atStart && atStart,
      };
    }
    const older = await askOlder(
      context,
      conversation,
      stored.rows[0] ?? null,
      cursor,
      limit - stored.rows.length,
      signal,
    );
    atStart = older === null || older.reached === 'start' || older.next === null;
    cursor = older?.next ?? null;
  }
}

function canAsk({ environment, runners }: ClientContext, { account, key }: Conversation): boolean {
  const view = accountView(environment, account);
  return (
    key !== null &&
    runners.get(account)?.online === true &&
    view !== undefined &&
    supports(view.capabilities, 'history')
  );
}

async function orderOf({ environment }: ClientContext, id: Message['id']): Promise<OrderKey> {
  const [message] = await environment.store.findMessages([{ message: id }]);
  return found(message, 'message', 'message').order;
}

async function askOlder(
  context: ClientContext,
  { account, key }: Conversation,
  oldest: Message | null,
  cursor: string | null,
  limit: number,
  signal: AbortSignal,
): Promise<{ reached: 'start' | 'end' | null; next: string | null } | null> {
  const runner = context.runners.get(account);
  if (!runner?.online || key === null || runner.signal === null) return null;
  try {
    const page = await runner.session.history(
      {
        conversation: key,
        ...(oldest?.stable ? { anchor: oldest.stable } : {}),
        ...(cursor === null ? {} : { cursor }),
        direction: 'older',
        limit,
      },
      AbortSignal.any([signal, runner.signal]),
    );
    await runner.commitHistory(page.batch);
    return page;
  } catch (error) {
    if (signal.aborted) throw new NatterError(errorData('aborted', 'cancelled'));
    context.environment.log('warn', 'history-not-fetched', {
      account,
      reason: error instanceof Error ? error.message : String(error),
    });
    return null;
  }
}
