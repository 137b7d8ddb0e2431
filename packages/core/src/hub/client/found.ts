import type { FoundView } from '../../client/index.ts';
import type { MessageListing } from '../../contract/index.ts';
import type { AccountId } from '../../model/index.ts';
import { contactName } from '../../model/index.ts';
import type { Store } from '../../ports/index.ts';
import { safeContent } from '../ingest/safe-content.ts';
import type { Profile } from '../state/profile.ts';
import { conversationView } from './conversation-rows.ts';

/** Messages that a server has found, with the names that a line of output needs. */
export async function foundViews(
  profile: Profile,
  store: Store,
  account: AccountId,
  items: readonly MessageListing[],
): Promise<readonly FoundView[]> {
  const placed = items.map((item) => ({
    item,
    conversation: profile.conversationKeys.get(account, item.conversation),
  }));
  const lookups = placed.flatMap(({ item, conversation }) =>
    conversation === undefined || item.message.stable === null
      ? []
      : [{ conversation, stable: item.message.stable }],
  );
  const here = new Map(
    (await store.findMessages(lookups)).flatMap((row) =>
      row?.stable ? [[row.stable, row.id] as const] : [],
    ),
  );
  return placed.map(({ item: { conversation: key, message }, conversation }) => {
    const row = conversation === undefined ? undefined : profile.conversations.get(conversation);
    const { sender } = message;
    const id = sender.contact === null ? undefined : profile.contactKeys.get(account, sender.contact);
    const contact = id === undefined ? undefined : profile.contacts.get(id);
    const self = profile.accounts.get(account);
    return {
      message: (message.stable === null ? undefined : here.get(message.stable)) ?? null,
      conversation: conversation ?? null,
      conversationTitle: row === undefined ? key : conversationView(profile, row).displayTitle,
      direction: sender.self ? 'out' : 'in',
      fromName: sender.self
        ? (self?.name ?? self?.address ?? '')
        : contact
          ? contactName(contact)
          : (sender.name ?? sender.key),
      fromAddress: sender.self ? (self?.address ?? '') : (contact?.address ?? sender.key),
      content: safeContent(message.content),
      time: message.sentAt ?? message.receivedAt,
    };
  });
}
