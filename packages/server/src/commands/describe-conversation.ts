import type { Conversation, DirectConversation, GroupConversation } from '@natter/native-protocol';
import { describeGroup, describeSettings } from '../groups/describe.ts';
import type { Profile } from '../groups/describe.ts';
import type { ConversationRecord } from '../ports/conversations.ts';
import type { AccountId } from '../ports/identifiers.ts';
import type { Services } from '../services.ts';
import { conversationWireId } from '../wire-ids.ts';
import { peerOf } from './lookup.ts';

/** A conversation as one of its members sees it. */
export function describeConversation(
  services: Services,
  record: ConversationRecord,
  reader: AccountId,
): Promise<Conversation> {
  return record.group === null
    ? describeDirect(services, record, reader)
    : describeGroupOf(services, record, reader);
}

/** A direct conversation as one of the two sees it. */
export async function describeDirect(
  services: Services,
  record: ConversationRecord,
  reader: AccountId,
): Promise<DirectConversation> {
  const { messages } = services.storage;
  const markers = await messages.markers(record.id);
  const profiles = await profilesOf(services, record.members);
  return {
    conversation: conversationWireId(record.id),
    kind: 'direct',
    ...describeSettings(record, 0),
    peer: profiles(peerOf(record, reader)).address,
    lastSeq: await messages.lastSeq(record.id),
    positions: markers.map(({ account, delivered, read }) => ({
      address: profiles(account).address,
      delivered,
      read,
    })),
  };
}

/** A group as somebody in it, or invited, sees it. */
export async function describeGroupOf(
  services: Services,
  record: ConversationRecord,
  reader: AccountId,
): Promise<GroupConversation> {
  const { id, group } = record;
  if (group === null) throw new TypeError(`conversation ${id} is no group`);
  const { messages } = services.storage;
  const concerned = group.members.flatMap(({ account, invitedBy }) =>
    invitedBy === null ? [account] : [account, invitedBy],
  );
  return describeGroup(record, reader, {
    profileOf: await profilesOf(services, concerned),
    lastSeq: await messages.lastSeq(id),
    markers: await messages.markers(id),
  });
}

/** Who the accounts are, read at once. */
async function profilesOf(
  { storage }: Services,
  accounts: readonly AccountId[],
): Promise<(account: AccountId) => Profile> {
  const profiles = new Map<AccountId, Profile>();
  for (const id of new Set(accounts)) {
    const account = await storage.directory.accounts.byId(id);
    if (account !== null)
      profiles.set(id, { address: `${account.user}@${storage.name}`, name: account.name });
  }
  return (id) => profiles.get(id) ?? { address: `unknown@${storage.name}`, name: '' };
}
