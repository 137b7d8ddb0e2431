import type { SweepEvent } from '../../contract/index.ts';
import type { AccountId, ConversationId, RemoteKey } from '../../model/index.ts';
import type { Profile } from '../state/profile.ts';
import type { Ingest } from './scope.ts';

/** Notes that a running sweep has told of this row. */
export function markSeen(
  ingest: Ingest,
  of: SweepEvent['of'],
  conversation: ConversationId | null,
  key: RemoteKey,
): void {
  const { sweeps } = ingest.transaction.profile;
  if (sweeps.size > 0) sweeps.get(sweepName(ingest, of, conversation))?.seen.add(key);
}

/** A list that was not told to its end will be told from its beginning in the next run. */
export function forgetSweeps({ sweeps }: Profile, account: AccountId): void {
  for (const name of sweeps.keys()) if (name.startsWith(`${account} `)) sweeps.delete(name);
}

/** Under which name a running sweep is kept. */
export function sweepName(
  { account }: Ingest,
  of: SweepEvent['of'],
  conversation: ConversationId | null,
): string {
  return `${account.id} ${of} ${conversation ?? ''}`;
}
