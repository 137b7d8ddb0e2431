import type { MessageView, Methods } from '../../client/index.ts';
import type { PageRequest } from '../../contract/index.ts';
import type { Conversation, Message, OrderKey } from '../../model/index.ts';
import { NatterError, errorData, supports, toErrorData } from '../../model/index.ts';
import type { StoredGap, TimelineRows } from '../../ports/index.ts';
import type { Scope } from '../ingest/scope.ts';
import { withPatience } from '../patience.ts';
import { accountView } from './account-view.ts';
import type { ClientContext } from './context.ts';
import { found } from './context.ts';
import { messageView } from './message-view.ts';

/** Pages asked of the network for one `history.page`. */
const remotePages = 5;

/** One answer of the network: what to ask next, and whether this was its oldest. */
interface Answer {
  readonly reached: 'start' | 'end' | null;
  readonly next: string | null;
}

/**
 * Stored rows; before that, while the account is online, the network is asked for what is known to be missing among them,
 * and for older ones when they are too few. `atStart` says that nothing older can be had, not that nobody could be asked.
 */
export async function historyPage(
  context: ClientContext,
  { conversation: id, before, limit, remote }: Methods['history.page'][0],
  signal: AbortSignal,
): Promise<{ rows: readonly MessageView[]; atStart: boolean }> {
  const { profile, store } = context.environment;
  const conversation = found(profile.conversations.get(id), 'conversation', 'conversation');
  const anchor = before === undefined ? null : await readMessage(context, before);
  const local = remote === false || !hasHistory(context, conversation);
  const tried = new Set<string>();
  let asking = !local;
  let atStart = local;
  let cursor: string | null = null;
  for (let pages = 0; ; pages += 1) {
    const at = anchor === null ? 'end' : (await readMessage(context, anchor.id)).order;
    const stored = await store.timeline({ conversation: id, at, before: limit, after: 0 });
    const mayAsk = asking && pages < remotePages;
    const gap = mayAsk ? await gapWithin(context, conversation, stored, at, limit, tried) : undefined;
    if (gap) {
      tried.add(JSON.stringify(gap.gap));
      await ask(context, conversation, { gap: gap.gap, direction: 'older', limit }, 'catch-up', signal);
      continue;
    }
    if (!mayAsk || atStart || stored.rows.length >= limit) {
      const rows = stored.rows.map((row) => messageView(profile, row));
      return { rows, atStart: stored.atStart && atStart };
    }
    // The page lies before the oldest row that the network knows by name.
    const known = stored.rows.find(({ stable }) => stable !== null)?.stable ?? anchor?.stable;
    const request = {
      ...(known ? { anchor: known } : {}),
      ...(cursor === null ? {} : { cursor }),
      direction: 'older',
      limit: limit - stored.rows.length,
    } as const;
    const answer = await ask(context, conversation, request, 'history', signal);
    asking = answer !== null;
    atStart = answer !== null && (answer.reached === 'start' || answer.next === null);
    cursor = answer?.next ?? null;
  }
}

/** Whether the network keeps a history of the conversation at all. */
function hasHistory({ environment }: ClientContext, { account, key, capabilities }: Conversation): boolean {
  const can = capabilities ?? accountView(environment, account)?.capabilities;
  return key !== null && can !== undefined && supports(can, 'history');
}

async function readMessage({ environment }: ClientContext, id: Message['id']): Promise<Message> {
  const [message] = await environment.store.findMessages([{ message: id }]);
  return found(message, 'message', 'message');
}

/** A hole in what the page would show, that was not asked for in this state before. */
async function gapWithin(
  { environment: { profile, store } }: ClientContext,
  { account, id: conversation }: Conversation,
  { rows }: TimelineRows,
  at: 'end' | OrderKey,
  limit: number,
  tried: ReadonlySet<string>,
): Promise<StoredGap | undefined> {
  const oldest = rows.length < limit ? '' : (rows[0]?.order ?? '');
  for (const [, gap] of profile.gaps.entries(account)) {
    if (gap.conversation !== conversation || tried.has(JSON.stringify(gap.gap))) continue;
    const { after, before } = gap.gap;
    const ends = [after, before].flatMap((stable) => (stable === null ? [] : [{ conversation, stable }]));
    const neighbours = new Map((await store.findMessages(ends)).map((row) => [row?.stable, row?.order]));
    const low = after === null ? '' : (neighbours.get(after) ?? '');
    const high = before === null ? null : (neighbours.get(before) ?? null);
    if ((at === 'end' || low < at) && (high === null || high > oldest)) return gap;
  }
  return undefined;
}

/** Fetches and stores a page; `null` when the account is offline or that failed. */
async function ask(
  context: ClientContext,
  { account, key }: Conversation,
  request: Omit<PageRequest, 'conversation'>,
  purpose: Scope['purpose'],
  signal: AbortSignal,
): Promise<Answer | null> {
  const runner = context.runners.get(account);
  if (!runner?.online || key === null || runner.signal === null) return null;
  const { patience, log } = context.environment;
  const both = AbortSignal.any([signal, runner.signal]);
  try {
    const page = await withPatience(
      () => runner.session.history({ ...request, conversation: key }, both),
      both,
      patience,
    );
    await runner.commitPage(page.batch, purpose);
    return page;
  } catch (error) {
    if (signal.aborted) throw new NatterError(errorData('aborted', 'cancelled'));
    log('warn', 'history-not-fetched', { account, reason: toErrorData(error).message });
    return null;
  }
}
