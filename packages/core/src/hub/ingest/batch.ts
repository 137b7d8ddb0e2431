import type { Batch, Event, GapChange } from '../../contract/index.ts';
import { applyOutcome } from '../outbox/outcome.ts';
import { removeContact, upsertContact } from './contact.ts';
import { ensureConversation, removeConversation, upsertConversation } from './conversation.ts';
import { prefetch } from './lookups.ts';
import { ingestMarker } from './marker.ts';
import { removeMember, upsertMember } from './member.ts';
import { ingestPatch } from './patch.ts';
import { rekey } from './rekey.ts';
import type { Ingest } from './scope.ts';
import { sweep } from './sweep.ts';
import { ingestTimeline } from './timeline.ts';
import { vanish } from './vanish.ts';
import { settleCounts } from './unread.ts';

/**
 * Takes a validated batch into a transaction: its events in their order, then cursors, gaps and the adapter's state, which
 * cover them. `heldScopes` are the scopes whose cursor is not taken, because the hub is catching them up.
 */
export async function ingestBatch(
  ingest: Ingest,
  batch: Batch,
  heldScopes: ReadonlySet<string>,
): Promise<void> {
  const { transaction, account } = ingest;
  for (const run of runs(ingest, batch.events)) {
    await prefetch(ingest, run);
    for (let index = 0; index < run.length; index += 1) {
      const reading = ingestEvent(ingest, run[index] as Event);
      // Most events find everything prefetched: they need no turn of the event loop each.
      if (reading) await reading;
    }
  }
  const counting = settleCounts(transaction);
  if (counting) await counting;
  for (const [scope, cursor] of Object.entries(batch.cursors ?? {})) {
    if (!heldScopes.has(scope)) transaction.setCursor(account.id, scope, cursor);
  }
  for (const change of batch.gaps ?? []) ingestGap(ingest, change);
  for (const [key, value] of Object.entries(batch.state ?? {})) transaction.setState(account.id, key, value);
}

/**
 * A rekey, and the birth of a conversation, move the names by which the events behind them find things: those are
 * prefetched after it.
 */
function* runs({ transaction, account }: Ingest, events: readonly Event[]): Generator<readonly Event[]> {
  const binds = (event: Event): boolean =>
    event.type === 'rekey' ||
    (event.type === 'upsert' &&
      event.of === 'conversation' &&
      !transaction.conversationByKey(account.id, event.key));
  let start = 0;
  for (let index = 0; index < events.length; index += 1) {
    if (!binds(events[index] as Event)) continue;
    yield events.slice(start, index + 1);
    start = index + 1;
  }
  if (start < events.length) yield start === 0 ? events : events.slice(start);
}

function ingestEvent(ingest: Ingest, event: Event): Promise<void> | void {
  switch (event.type) {
    case 'timeline':
      return ingestTimeline(ingest, event);
    case 'patch':
      return ingestPatch(ingest, event);
    case 'rekey':
      return rekey(ingest, event);
    case 'upsert':
      return upsert(ingest, event);
    case 'remove':
      return remove(ingest, event);
    case 'sweep':
      return sweep(ingest, event);
    case 'marker':
      return ingestMarker(ingest, event);
    case 'self':
      return ingestSelf(ingest, event);
    case 'operation':
      return applyOutcome(ingest.transaction, event.operation, event.outcome, ingest.now, ingest.account.id);
    default:
      event satisfies never;
  }
}

function upsert(ingest: Ingest, event: Extract<Event, { type: 'upsert' }>): Promise<void> | void {
  if (event.of === 'contact') upsertContact(ingest, event.key, event.value);
  else if (event.of === 'conversation') upsertConversation(ingest, event.key, event.value);
  else return upsertMember(ingest, event.in, event.key, event.value);
}

function remove(ingest: Ingest, event: Extract<Event, { type: 'remove' }>): Promise<void> | void {
  if (event.of === 'message') return vanish(ingest, event.in, event.key);
  if ('in' in event) return removeMember(ingest, event.in, event.key);
  if (event.of === 'contact') removeContact(ingest, event.key);
  else removeConversation(ingest, event.key);
}

function ingestSelf(ingest: Ingest, { key, address, name }: Event & { type: 'self' }): void {
  const { accounts } = ingest.transaction;
  const now = accounts.get(ingest.account.id);
  if (!now) return;
  const next = {
    ...now,
    self: key,
    address: address ?? now.address,
    name: name === undefined ? now.name : name,
  };
  if (next.self === now.self && next.address === now.address && next.name === now.name) return;
  accounts.set(now.id, next);
  ingest.account = next;
}

function ingestGap(ingest: Ingest, change: GapChange): void {
  const { transaction, account } = ingest;
  if (change.op === 'close') {
    transaction.closeGap(account.id, change.id);
    return;
  }
  const conversation = ensureConversation(ingest, change.gap.conversation, null);
  transaction.openGap({ account: account.id, conversation: conversation.id, gap: change.gap });
}
