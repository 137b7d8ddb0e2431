import {
  accountScope,
  conversationScope,
  NatterError,
  type Adapter,
  type Gap,
  type Session,
} from '@natter/core';
import type { TestHost } from './host.ts';

/** So that a wrong adapter cannot keep a case for ever. */
const mostPages = 200;

/** What the hub does when an account comes online: fetches what was missed, then fills the gaps it knows. */
export async function catchUp(
  adapter: Adapter,
  session: Session,
  host: TestHost,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (const scope of scopesOf(adapter, host)) await catchUpScope(session, host, scope, signal);
    if (signal.aborted) return;
    host.catchingUp = false;
    for (const gap of host.ledger.gaps.values()) await fill(session, host, gap, signal);
  } catch (caught) {
    // A connection that broke is tried again with the next run; all else is the adapter's fault.
    if (signal.aborted || isBroken(caught)) return;
    host.faults.push(`catching up failed: ${String(caught)}`);
    host.catchingUp = false;
  }
}

async function catchUpScope(
  session: Session,
  host: TestHost,
  scope: string,
  signal: AbortSignal,
): Promise<void> {
  for (let count = 0; count < mostPages; count++) {
    const page = await session.catchUp(scope, host.ledger.cursors[scope] ?? null, signal);
    if (signal.aborted) return;
    host.take(page.batch, true);
    if (page.reached === 'end') return;
    if (page.batch.cursors?.[scope] === undefined)
      throw new Error('a page of catch-up moves no cursor and is not the end');
  }
  throw new Error(`catching up with "${scope}" has no end`);
}

async function fill(session: Session, host: TestHost, gap: Gap, signal: AbortSignal): Promise<void> {
  let open: Gap | undefined = gap;
  for (let count = 0; open !== undefined && count < mostPages; count++) {
    const request = { conversation: open.conversation, gap: open, direction: 'older', limit: 5 } as const;
    const { batch } = await session.history(request, signal);
    if (signal.aborted) return;
    host.take(batch, true);
    open = host.ledger.gaps.get(gap.id);
  }
  if (open !== undefined) throw new Error(`gap "${gap.id}" never closes`);
}

function scopesOf(adapter: Adapter, host: TestHost): string[] {
  switch (adapter.capabilities.catchUp) {
    case 'account':
      return [accountScope];
    case 'conversation':
      return [...host.ledger.conversations.keys()].map(conversationScope);
    case 'none':
      return [];
  }
}

function isBroken(caught: unknown): boolean {
  return (
    NatterError.isInstance(caught) &&
    ['network', 'offline', 'aborted', 'closed', 'timeout'].includes(caught.data.code)
  );
}
