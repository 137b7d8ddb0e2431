import type { AccountId, ConversationId, OperationBody } from '../../model/index.ts';

/** What a front end asks for. */
export interface Request {
  readonly key: string;
  readonly account: AccountId;
  readonly conversation: ConversationId | null;
  readonly body: OperationBody;
  readonly now: number;
}
