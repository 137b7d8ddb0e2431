import type { ConversationView } from '../../client/index.ts';
import type { AccountId, ConversationId, ErrorScope, PersonId } from '../../model/index.ts';
import { NatterError, errorData, offlineError } from '../../model/index.ts';
import type { LiveMap } from '../../streams/index.ts';
import type { InteractionTable } from '../accounts/interactions.ts';
import type { AccountRunner } from '../accounts/runner.ts';
import type { Environment } from '../environment.ts';
import type { LooseBlobs } from '../loose-blobs.ts';
import { accountView } from './account-view.ts';
import type { PersonRow } from './person-row.ts';
import type { NewsDispatch } from './news-dispatch.ts';
import type { TransferTable } from './transfers.ts';

/** What the answers to front ends are made from. */
export interface ClientContext {
  readonly environment: Environment;
  readonly runners: ReadonlyMap<AccountId, AccountRunner>;
  readonly interactions: InteractionTable;
  readonly transfers: TransferTable;
  readonly looseBlobs: LooseBlobs;
  readonly people: LiveMap<PersonId, PersonRow>;
  readonly conversations: LiveMap<ConversationId, ConversationView>;
  readonly news: NewsDispatch;
  readonly version: string;
}

/** The value, or a `not-found` error that says what is missing. */
export function found<T>(value: T | undefined | null, scope: ErrorScope, what: string): T {
  if (value !== undefined && value !== null) return value;
  throw new NatterError(errorData('not-found', `no such ${what}`, { scope }));
}

/** The runner of an account that is online now, or an `offline` error. */
export function onlineRunner(
  { runners, environment }: ClientContext,
  account: AccountId,
): { runner: AccountRunner; signal: AbortSignal } {
  const view = found(accountView(environment, account), 'account', 'account');
  const runner = runners.get(account);
  const signal = runner?.signal;
  if (runner?.online && signal) return { runner, signal };
  throw new NatterError(offlineError(view));
}
