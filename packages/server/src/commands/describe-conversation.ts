import type { Conversation } from '@natter/native-protocol';
import type { ConversationRecord } from '../ports/conversations.ts';
import type { AccountId } from '../ports/identifiers.ts';
import type { Services } from '../services.ts';
import { conversationWireId } from '../wire-ids.ts';
import { peerOf } from './lookup.ts';

/** A conversation as one of its members sees it. */
export async function describeConversation(
  services: Services,
  record: ConversationRecord,
  reader: AccountId,
): Promise<Conversation> {
  const { messages, directory, name } = services.storage;
  const addressOf = async (id: AccountId): Promise<string> =>
    `${(await directory.accounts.byId(id))?.user ?? 'unknown'}@${name}`;
  const markers = await messages.markers(record.id);
  return {
    conversation: conversationWireId(record.id),
    kind: record.kind,
    peer: await addressOf(peerOf(record, reader)),
    lastSeq: await messages.lastSeq(record.id),
    positions: await Promise.all(
      markers.map(async ({ account, delivered, read }) => ({
        address: await addressOf(account),
        delivered,
        read,
      })),
    ),
  };
}
