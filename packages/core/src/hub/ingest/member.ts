import type { MemberIn } from '../../contract/index.ts';
import type { Member, RemoteKey } from '../../model/index.ts';
import { toldFields } from './contact.ts';
import { ensureConversation } from './conversation.ts';
import type { Ingest } from './scope.ts';
import { markSeen } from './sweep-marks.ts';

/** What a network may say of a member. */
const fields: readonly (keyof MemberIn)[] = ['name', 'self', 'contact', 'proof', 'role', 'state', 'away'];

/** Takes in what a network tells of a member of a conversation. */
export async function upsertMember(
  ingest: Ingest,
  inKey: RemoteKey,
  key: RemoteKey,
  value: MemberIn,
): Promise<void> {
  const { transaction, account } = ingest;
  const conversation = ensureConversation(ingest, inKey, null, 'group');
  markSeen(ingest, 'member', conversation.id, key);
  const known = (await transaction.membersOf(conversation.id)).get(key);
  const before = known ?? newMember(key);
  const { contact: contactKey, ...told } = toldFields(value, fields);
  const contact =
    contactKey === undefined
      ? before.contact
      : contactKey && (transaction.contactByKey(account.id, contactKey)?.id ?? null);
  const member: Member = { ...before, ...told, contact };
  if (!known || JSON.stringify(known) !== JSON.stringify(member))
    await transaction.putMember(conversation.id, member);
  if (member.self && member.role !== conversation.role)
    transaction.putConversation({ ...conversation, role: member.role });
}

/** A member is no longer listed. */
export async function removeMember(
  { transaction, account }: Ingest,
  inKey: RemoteKey,
  key: RemoteKey,
): Promise<void> {
  const conversation = transaction.conversationByKey(account.id, inKey);
  if (conversation) await transaction.removeMember(conversation.id, key);
}

function newMember(key: RemoteKey): Member {
  return {
    key,
    self: false,
    contact: null,
    name: null,
    proof: 'account',
    role: 'member',
    state: 'joined',
    away: false,
  };
}
