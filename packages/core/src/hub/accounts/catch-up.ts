import type { Gap, Page, Session } from '../../contract/index.ts';
import { accountScope, conversationScope } from '../../contract/index.ts';
import type { AccountId, Capabilities, Opaque, ScopeKey } from '../../model/index.ts';
import { toErrorData } from '../../model/index.ts';
import type { Environment } from '../environment.ts';
import type { HostOfSession } from './session-host.ts';

/** How many pages a gap may take in one connection; the rest waits for the next one or for somebody who scrolls there. */
const pagesPerGap = 20;
const pageSize = 100;

/** One account's way back to the present, after `phase('online')`. */
export interface CatchUp {
  readonly environment: Environment;
  readonly account: AccountId;
  readonly session: Session;
  readonly host: HostOfSession;
  readonly signal: AbortSignal;
}

/**
 * Fetches what was missed, oldest first, page by page, each page with its cursor in one transaction. When it returns, the
 * stored history is contiguous and nothing is provisional. Rejects when the session cannot go on with it.
 */
export async function catchUp(run: CatchUp, mode: Capabilities['catchUp']): Promise<void> {
  if (mode === 'account') await catchUpScope(run, accountScope);
  if (mode === 'conversation') for (const scope of conversationScopes(run)) await catchUpScope(run, scope);
  await settle(run);
}

function conversationScopes({ environment, account }: CatchUp): readonly ScopeKey[] {
  const scopes: ScopeKey[] = [];
  for (const [, conversation] of environment.profile.conversations.entries()) {
    const { key, state } = conversation;
    if (conversation.account === account && key !== null && state === 'joined')
      scopes.push(conversationScope(key));
  }
  return scopes;
}

async function catchUpScope(
  { environment, account, session, host, signal }: CatchUp,
  scope: ScopeKey,
): Promise<void> {
  let after: Opaque | null = environment.profile.cursors.get(account, scope) ?? null;
  while (!signal.aborted) {
    const page = await session.catchUp(scope, after, signal);
    await host.commitFor(page.batch, 'catch-up');
    if (page.reached === 'end') return;
    const next = page.next ?? environment.profile.cursors.get(account, scope) ?? null;
    // A page that leads nowhere would be asked for for ever.
    if (next === null || next === after) return;
    after = next;
  }
}

/** From now on live messages are in order, and their cursors count. */
async function settle({ environment, account, signal }: CatchUp): Promise<void> {
  if (signal.aborted) return;
  const { queue, profile } = environment;
  await queue.run((transaction) => {
    transaction.write({ settle: account });
    transaction.later(() => {
      profile.catchingUp.delete(account);
      for (const [id, { last }] of profile.tails) {
        if (profile.conversations.get(id)?.account === account)
          profile.tails.set(id, { last, lastSettled: last });
      }
    });
  });
}

/** Fills the holes that are known, in the background, as far as is reasonable. Faults leave the gap for another time. */
export async function fillGaps(run: CatchUp): Promise<void> {
  const { environment, account, signal } = run;
  // Those that are known now: a page may leave a smaller gap under the same id.
  const known = Array.from(environment.profile.gaps.entries(account), ([id]) => id);
  for (const id of known) {
    for (let pages = 0; pages < pagesPerGap && !signal.aborted; pages += 1) {
      const open = environment.profile.gaps.get(account, id);
      if (!open) break;
      const page = await gapPage(run, open.gap);
      if (page === null) break;
      await run.host.commitFor(page.batch, 'catch-up');
      if (page.next === null) break;
    }
  }
}

async function gapPage({ environment, session, signal }: CatchUp, gap: Gap): Promise<Page | null> {
  try {
    return await session.history(
      { conversation: gap.conversation, gap, direction: 'older', limit: pageSize },
      signal,
    );
  } catch (error) {
    environment.log('warn', 'gap-not-filled', { gap: gap.id, reason: toErrorData(error).message });
    return null;
  }
}
