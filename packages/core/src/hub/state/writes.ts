import type { Write } from '../../ports/index.ts';
import type { Transaction } from './transaction.ts';

/** Every write of a transaction: owners before what they own, messages before what names them, the log last. */
export function collectWrites(transaction: Transaction, others: readonly Write[]): readonly Write[] {
  const { messages, changes, profile } = transaction;
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
  for (const { id } of messages.removed()) writes.push({ remove: 'message', message: id });
  // Those that were there first: one of them may give up the name of a new one.
  const changed = messages.changed();
  if (changed.length > 0) writes.push({ put: 'messages', values: changed });
  const added = messages.added();
  if (added.length > 0) writes.push({ put: 'messages', values: added, areNew: true });
  transaction.operations.forEachChanged((value) => {
    if (value) writes.push({ put: 'operation', value });
  });
  for (const write of others) writes.push(write);
  if (changes.length > 0) writes.push({ put: 'changes', after: profile.lastChange, values: changes });
  return writes;
}
