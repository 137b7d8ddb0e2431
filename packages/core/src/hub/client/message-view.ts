import type { MessageView } from '../../client/index.ts';
import type { Message } from '../../model/index.ts';
import { contactName } from '../../model/index.ts';
import type { Profile } from '../state/profile.ts';
import { conversationView } from './conversation-rows.ts';

/** A message with the names that a line of output needs. */
export function messageView(profile: Profile, message: Message): MessageView {
  const account = profile.accounts.get(message.account);
  const conversation = profile.conversations.get(message.conversation);
  const sender = message.sender.contact === null ? undefined : profile.contacts.get(message.sender.contact);
  const other = conversation?.contact ? profile.contacts.get(conversation.contact) : undefined;
  const title = conversation ? conversationView(profile, conversation).displayTitle : '';
  const self = account?.address ?? '';
  const there = other?.address ?? conversation?.key ?? '';
  return {
    ...message,
    network: account?.network ?? '',
    accountAddress: self,
    conversationKind: conversation?.kind ?? 'direct',
    conversationTitle: title,
    fromName: message.sender.self
      ? (account?.name ?? self)
      : sender
        ? contactName(sender)
        : (message.sender.name ?? message.sender.key),
    fromAddress: message.sender.self ? self : (sender?.address ?? message.sender.key),
    toAddress: message.sender.self || conversation?.kind !== 'direct' ? there : self,
  };
}
