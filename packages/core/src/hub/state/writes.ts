import type { Write } from '../../ports/index.ts';
import type { Transaction } from './transaction.ts';

/** Every write of a transaction: owners before what they own, messages before what names them, the log last. */
export function collectWrites(transaction: Transaction, others: readonly Write[]): readonly Write[] {
  const writes: Write[] = [];
  transaction.accounts.forEachChanged((value, account) =>
    writes.push(value ? { put: 'account', value } : { remove: 'account', account }),
  );
  transaction.persons.forEachChanged((value, person) =>
    writes.push(value ? { put: 'person', value } : { remove: 'person', person }),
  );
  transaction.contacts.forEachChanged((value, contact) =>
    writes.push(value ? { put: 'contact', value } : { remove: 'contact', contact }),
  );
  transaction.conversations.forEachChanged((value) => {
    if (value) writes.push({ put: 'conversation', value });
  });
  for (const { id } of transaction.messages.removed()) writes.push({ remove: 'message', message: id });
  transaction.messages.forEachWritten((value, isNew) =>
    writes.push(isNew ? { put: 'message', value, isNew } : { put: 'message', value }),
  );
  transaction.operations.forEachChanged((value) => {
    if (value) writes.push({ put: 'operation', value });
  });
  for (const write of others) writes.push(write);
  for (const value of transaction.changes) writes.push({ put: 'change', value });
  return writes;
}
