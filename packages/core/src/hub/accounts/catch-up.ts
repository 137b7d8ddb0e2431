import type { Gap, Page, Session } from '../../contract/index.ts';
import { accountScope, conversationScope } from '../../contract/index.ts';
import type { AccountId, Capabilities, Opaque, ScopeKey } from '../../model/index.ts';
import { NatterError, errorData, toErrorData } from '../../model/index.ts';
import type { Environment } from '../environment.ts';
import { withPatience } from '../patience.ts';
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
    const asked = after;
    const page = await withPatience(
      () => session.catchUp(scope, asked, signal),
      signal,
      environment.patience,
    );
    await host.commitFor(page.batch, 'catch-up');
    if (page.reached === 'end') return;
    const next = page.next ?? environment.profile.cursors.get(account, scope) ?? null;
    if (next === null || (page.next === null && next === after)) return;
    // A page that leads nowhere would be asked for for ever, and what lies behind it is not here: nothing is settled.
    if (next === after) throw new NatterError(errorData('protocol', 'a page of the catch-up leads nowhere'));
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
      for (const [id, tail] of profile.tails) {
        if (profile.conversations.get(id)?.account === account)
          profile.tails.set(id, { ...tail, lastSettled: tail.last });
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
      if (page === null || page.next === null) break;
      // The same hole as before would only bring the same page again.
      if (sameGap(open.gap, environment.profile.gaps.get(account, id)?.gap)) break;
    }
  }
}

function sameGap(before: Gap, after: Gap | undefined): boolean {
  return before.after === after?.after && before.before === after.before && before.token === after.token;
}

/** Fetches and stores a page of a gap; `null` when that failed, which leaves the others their turn. */
async function gapPage({ environment, session, host, signal }: CatchUp, gap: Gap): Promise<Page | null> {
  const request = { conversation: gap.conversation, gap, direction: 'older', limit: pageSize } as const;
  try {
    const page = await withPatience(() => session.history(request, signal), signal, environment.patience);
    await host.commitFor(page.batch, 'catch-up');
    return page;
  } catch (error) {
    environment.log('warn', 'gap-not-filled', { gap: gap.id, reason: toErrorData(error).message });
    return null;
  }
}
