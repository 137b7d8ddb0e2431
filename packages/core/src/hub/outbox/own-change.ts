import type { Sender } from '../../contract/index.ts';
import type { Message, Operation } from '../../model/index.ts';
import { applyChange } from '../ingest/message-change.ts';
import type { Ingest } from '../ingest/scope.ts';
import type { Transaction } from '../state/transaction.ts';

/** What we changed is shown when the network took it; its echo, where there is one, then changes nothing more. */
export function applyOwnChange(
  transaction: Transaction,
  message: Message,
  operation: Operation,
  now: number,
): void {
  const account = transaction.accounts.get(operation.account);
  if (!account) return;
  const own: Sender = {
    key: message.sender.self ? message.sender.key : ((account.self ?? account.address) as Sender['key']),
    self: true,
    contact: null,
    name: account.name,
    proof: 'account',
  };
  const ingest: Ingest = { transaction, account, order: 'arrival', purpose: 'live', news: true, now };
  const { body } = operation;
  if (body.type === 'edit')
    applyChange(ingest, message, own, { kind: 'edit', content: body.content, at: now });
  else if (body.type === 'retract')
    applyChange(ingest, message, own, {
      kind: 'retract',
      at: now,
      reason: body.reason ?? null,
      moderator: true,
    });
  else if (body.type === 'react')
    applyChange(ingest, message, own, { kind: 'react', key: body.key, on: body.on });
}
