import type { MessageIn } from '../../contract/index.ts';
import type { Conversation, Message, OrderKey } from '../../model/index.ts';
import { isFinal } from '../../model/index.ts';
import { isPendingOrder, tailOf, tailOrder } from '../ingest/placement.ts';
import type { Ingest } from '../ingest/scope.ts';

/** The message of ours that an item echoes; believed only of ourselves and for what is in our own outbox. */
export function echoedMessage(
  { transaction, account }: Ingest,
  conversation: Conversation,
  item: MessageIn,
): Message | null {
  if (!item.sender.self || item.operation === null) return null;
  const message = transaction.messages.operation(item.operation);
  return message?.account === account.id && message.conversation === conversation.id ? message : null;
}

/**
 * An echo is the best acknowledgement: the operation is accepted, whatever was known of it. Gives the row as it is then.
 * Later wire parts of the same send become further names of the row.
 */
export function acceptEcho(
  ingest: Ingest,
  row: Message,
  item: MessageIn,
  order: OrderKey | null,
  provisional: boolean,
): Message {
  const { transaction } = ingest;
  if (row.direction !== 'out' || !item.sender.self) return row;
  let echoed = row;
  if (item.part > 0 && item.stable !== null && !row.parts.includes(item.stable)) {
    transaction.keepMessageAlias(row.conversation, null, item.stable, row.id);
    echoed = { ...echoed, parts: [...echoed.parts, item.stable] };
  }
  // Placed when it was accepted, if at all; its echo shows where the network has really put it.
  const unplaced = isPendingOrder(row.order) || (order === null && row.provisional && item.part === 0);
  if (unplaced)
    echoed = { ...echoed, order: order ?? tailOrder(tailOf(transaction, row.conversation)), provisional };
  // An archive also keeps what was sent back to us: the network's own refusal is not undone by it.
  if (row.delivery === 'failed' && row.error !== null) {
    if (echoed !== row) transaction.messages.put(echoed);
    return echoed;
  }
  if (row.delivery !== 'delivered' && row.delivery !== 'read' && row.delivery !== 'sent') {
    echoed = { ...echoed, delivery: 'sent', error: null };
    transaction.log({ type: 'message', what: 'delivery', message: row.id });
  }
  const operation = row.operation === null ? undefined : transaction.operations.get(row.operation);
  if (operation && (!isFinal(operation.state) || operation.state === 'unconfirmed')) {
    transaction.putOperation({ ...operation, state: 'accepted', error: null, updatedAt: ingest.now });
    transaction.log({ type: 'operation', operation: operation.id });
  }
  // The caller stores the row only when it differs from what was found.
  if (echoed !== row) transaction.messages.put(echoed);
  return echoed;
}
