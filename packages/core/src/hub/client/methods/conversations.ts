import type { Destination, Methods } from '../../../client/index.ts';
import type { Conversation, ConversationId } from '../../../model/index.ts';
import { NatterError, errorData, supportOf } from '../../../model/index.ts';
import { ensureContact, withoutUndefined } from '../../ingest/contact.ts';
import { ensureDirect } from '../../ingest/conversation.ts';
import { enqueue } from '../../outbox/enqueue.ts';
import { contactOfDestination } from '../../people/route.ts';
import type { Transaction } from '../../state/transaction.ts';
import type { ClientContext } from '../context.ts';
import { found, onlineRunner } from '../context.ts';
import { conversationList, conversationView } from '../conversation-rows.ts';
import { messageView } from '../message-view.ts';
import type { Answers } from './table.ts';

type Names = Extract<keyof Methods, `conversation.${string}` | 'room.search' | 'resolve'>;

/** The conversation that a destination means; a direct one is made when there is none. */
export function openDestination(
  context: ClientContext,
  transaction: Transaction,
  to: Destination,
): Conversation {
  if ('conversation' in to)
    return found(transaction.conversations.get(to.conversation), 'conversation', 'conversation');
  return ensureDirect(transaction, contactOfDestination(context, to));
}

/** What of a changed view its network keeps for our other devices too; null for nothing. */
function keptView(
  { environment: { profile } }: ClientContext,
  before: Conversation,
  after: Conversation,
): { muted?: boolean; pinned?: boolean } | null {
  const { muted, pinned } = after;
  const account = profile.statuses.get(before.account)?.capabilities;
  const capabilities = before.capabilities ?? account;
  const kept = capabilities !== undefined && supportOf(capabilities, 'own-view') === 'full';
  if (!kept || before.key === null || (before.muted === muted && before.pinned === pinned)) return null;
  return {
    ...(before.muted === muted ? {} : { muted }),
    ...(before.pinned === pinned ? {} : { pinned }),
  };
}

/** Conversations: the list, opening one, and the user's own view of it. */
export function conversationMethods(context: ClientContext): Answers<Exclude<Names, 'resolve'>> {
  const { profile, queue, store, now } = context.environment;
  const get = (id: ConversationId): Conversation =>
    found(profile.conversations.get(id), 'conversation', 'conversation');
  const view = (id: ConversationId) => context.conversations.get(id) ?? conversationView(profile, get(id));
  return {
    'conversation.list': async ({ offset, limit, ...query }) => {
      const list = conversationList(context.conversations, query);
      const answer = { total: list.size, rows: list.slice(offset, offset + limit) };
      list.dispose();
      return answer;
    },
    'conversation.get': async ({ conversation }) => view(conversation),
    'conversation.open': async (to) =>
      view(await queue.run((transaction) => openDestination(context, transaction, to).id)),
    'conversation.start': async ({ account, address }, signal) =>
      view(await start(context, account, address, signal)),
    'conversation.update': async ({ conversation, ...change }) => {
      await queue.run(async (transaction) => {
        const known = found(transaction.conversations.get(conversation), 'conversation', 'conversation');
        const changed = { ...known, ...withoutUndefined(change) };
        transaction.putConversation(changed);
        const view = keptView(context, known, changed);
        if (view === null) return;
        const body = { type: 'room', change: { action: 'own-view', ...view } } as const;
        const key = `own-view ${crypto.randomUUID()}`;
        await enqueue(transaction, { key, account: known.account, conversation, body, now: now() });
      });
      return null;
    },
    'conversation.members': async ({ conversation }) => {
      const { membersComplete } = get(conversation);
      return { conversation, complete: membersComplete, members: await store.members(conversation) };
    },
    'conversation.pins': async ({ conversation }) => {
      const { pins = [] } = get(conversation);
      const rows = await store.findMessages(pins.map((stable) => ({ conversation, stable })));
      return rows.flatMap((row) => (row === null ? [] : [messageView(profile, row)]));
    },
    'conversation.typing': async ({ conversation, active }) => {
      const { account, key } = get(conversation);
      const runner = context.runners.get(account);
      if (runner?.online && key !== null)
        runner.session.signal({ type: 'typing', conversation: key, active });
      return null;
    },
    'room.search': async ({ account, text, cursor }, signal) => {
      const online = onlineRunner(context, account);
      return online.runner.session.query(
        'rooms',
        { text, ...(cursor === undefined ? {} : { cursor }) },
        AbortSignal.any([signal, online.signal]),
      );
    },
  };
}

/** Asks the network what the address means when it can be asked, so that a misspelt one is told at once. */
async function start(
  context: ClientContext,
  account: Conversation['account'],
  address: string,
  signal: AbortSignal,
): Promise<ConversationId> {
  const { queue, now, profile } = context.environment;
  const known = [...profile.contacts.entries()].find(
    ([, contact]) => contact.account === account && contact.address === address,
  )?.[1];
  if (known) return queue.run((transaction) => ensureDirect(transaction, known).id);
  const online = onlineRunner(context, account);
  const answer = await online.runner.session.query(
    'resolve',
    address,
    AbortSignal.any([signal, online.signal]),
  );
  if (answer === null)
    throw new NatterError(
      errorData('not-found', `nobody is at '${address}'`, { scope: 'contact', userAction: 'check-address' }),
    );
  return queue.run((transaction) => {
    const record = found(transaction.accounts.get(account), 'account', 'account');
    const ingest = {
      transaction,
      account: record,
      order: 'arrival',
      purpose: 'live',
      news: false,
      now: now(),
    } as const;
    return ensureDirect(transaction, ensureContact({ ...ingest }, answer.contact, answer.name)).id;
  });
}
