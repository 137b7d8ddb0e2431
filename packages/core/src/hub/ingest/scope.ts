import type { Account, AccountId, AccountRecord, ErrorCode } from '../../model/index.ts';
import { NatterError, errorData } from '../../model/index.ts';
import type { Transaction } from '../state/transaction.ts';

/** For whom and why a batch is taken in. */
export interface Scope {
  /** As this batch has made it so far. */
  account: AccountRecord;
  readonly order: Account['capabilities']['order'];
  /** `history`: somebody scrolled back; never news. */
  readonly purpose: 'live' | 'catch-up' | 'history';
  /** Whether its new messages count as unread and are told by `natter watch`. */
  readonly news: boolean;
  readonly now: number;
}

/** One batch on its way into one transaction. */
export interface Ingest extends Scope {
  readonly transaction: Transaction;
}

/** What an adapter did wrong; it ends the run. */
export function invalidBatch(account: AccountId, message: string, code: ErrorCode = 'protocol'): NatterError {
  return new NatterError(errorData(code, message, { scope: 'account', condition: { account } }));
}
