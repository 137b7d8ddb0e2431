import type { AccountId, ContactId, ConversationId, Message, MessageId, Write } from '@natter/core';
import { canBeUnread, messageTime } from '@natter/core/model';
import { searchableText } from '@natter/core/search';
import { columnText, encodeMessage } from './codec.ts';

/** A message as its row and the search index hold it, but for what only the database knows. */
export interface MessageRow {
  readonly id: MessageId;
  readonly account: AccountId;
  readonly conversation: ConversationId;
  readonly order: string;
  readonly stable: string | null;
  /** Only beside `claimed`. */
  readonly sender: string | null;
  readonly claimed: string | null;
  readonly thread: MessageId | null;
  readonly operation: string | null;
  readonly canBeUnread: 0 | 1;
  readonly mentioned: 0 | 1;
  readonly provisional: 0 | 1;
  readonly time: number;
  readonly body: string;
  /** What of it is found by search. */
  readonly text: string;
  readonly contact: ContactId | null;
}

/** A list of writes on its way to the thread of the database. */
export interface PackedWrites {
  /** JSON of {@link PackedWrite}s. */
  readonly json: string;
  readonly messages: readonly (readonly MessageRow[])[];
}

/** A write; messages stand beside it, in the list with this number. */
export type PackedWrite =
  | Exclude<Write, { put: 'messages' }>
  | { readonly put: 'messages'; readonly list: number; readonly areNew: boolean };

/**
 * Makes writes ready for another thread. The JSON of a message is what its row holds: it is written once, here, and nobody
 * reads it on the way.
 */
export function packWrites(writes: readonly Write[]): PackedWrites {
  const messages: MessageRow[][] = [];
  const packed = writes.map((write): PackedWrite => {
    if (!('put' in write) || write.put !== 'messages') return write;
    messages.push(write.values.map(messageRow));
    return { put: 'messages', list: messages.length - 1, areNew: write.areNew === true };
  });
  return { json: JSON.stringify(packed), messages };
}

function messageRow(message: Message): MessageRow {
  const { stable, claimed } = message;
  return {
    id: message.id,
    account: message.account,
    conversation: message.conversation,
    order: message.order,
    stable: stable === null ? null : columnText(stable),
    sender: claimed === null ? null : columnText(message.sender.key),
    claimed: claimed === null ? null : columnText(claimed),
    thread: message.thread?.message ?? null,
    operation: message.operation,
    canBeUnread: canBeUnread(message) ? 1 : 0,
    mentioned: message.mentioned ? 1 : 0,
    provisional: message.provisional ? 1 : 0,
    time: timeOf(message),
    body: encodeMessage(message),
    text: searchableText(message),
    contact: message.sender.contact,
  };
}

function timeOf(message: Message): number {
  const time = messageTime(message);
  return Number.isFinite(time) ? time : 0;
}
