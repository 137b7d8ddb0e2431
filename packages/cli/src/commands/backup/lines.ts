import type {
  Account,
  ContactId,
  ContactIn,
  ContactView,
  ConversationIn,
  ConversationView,
  ImportedMessage,
  JsonObject,
  MessageView,
  PatchEvent,
  Person,
  RemoteKey,
  Sender,
} from '@natter/core';
import { attachmentsOf } from '@natter/core/model';
import { accountItem } from '../../output/items/account.ts';
import { messageItem } from '../../output/items/message.ts';
import type { JsonItem } from '../../output/output.ts';

/** The version of the format. A backup of a later one is refused. */
export const backupVersion = 1;

/** An account as a backup names it: the same on every machine. */
export interface AccountName {
  readonly network: string;
  readonly address: string;
}

/** What a line carries for importing it, beside what every program reads of it. */
export type Backup =
  | { readonly account: AccountName; readonly config: JsonObject }
  | { readonly account: AccountName; readonly key: RemoteKey; readonly contact: ContactIn }
  | { readonly account: AccountName; readonly key: RemoteKey; readonly conversation: ConversationIn }
  | { readonly account: AccountName; readonly in: RemoteKey; readonly message: ImportedMessage }
  | { readonly contacts: readonly (AccountName & { readonly key: RemoteKey })[] };

function line(item: JsonItem, backup: Backup): JsonItem {
  return { ...item, backup };
}

/** The name of an account. */
export function accountName({ network, address }: AccountName): AccountName {
  return { network, address };
}

/** `account`: how to connect. What lets in is not here. */
export function accountLine(account: Account): JsonItem {
  return line(accountItem(account), { account: accountName(account), config: account.config });
}

/** `contact`. */
export function contactLine(account: Account, contact: ContactView): JsonItem {
  const { key, address, name, alias, groups, listed, stability, bridge } = contact;
  const item = { type: 'contact', id: contact.id, account: account.id, network: account.network, address };
  return line(
    { ...item, name, alias, groups },
    {
      account: accountName(account),
      key,
      contact: { address, name, alias, groups, listed, stability, bridge },
    },
  );
}

/** `conversation`. */
export function conversationLine(
  account: Account,
  key: RemoteKey,
  conversation: ConversationView,
  contact: RemoteKey | null,
): JsonItem {
  const { id, kind, displayTitle, title, topic, encrypted, muted, archived, pinned } = conversation;
  return line(
    { type: 'conversation', id, account: account.id, network: account.network, kind, title: displayTitle },
    {
      account: accountName(account),
      key,
      conversation: { kind, contact, title, topic, encrypted, muted, archived, pinned },
    },
  );
}

/** `message`. One that has no name on its network gets its name here, so that it is known when it is imported twice. */
export function messageLine(
  account: Account,
  conversation: RemoteKey,
  message: MessageView,
  keyOf: (contact: ContactId) => RemoteKey | null,
): JsonItem {
  const { id, order, content, replyTo, thread, mentions, mentioned, sentAt, receivedAt, trust } = message;
  const stable = message.stable ?? (message.claimed === null ? (`natter:${id}` as RemoteKey) : null);
  const sender: Sender = {
    ...message.sender,
    contact: message.sender.contact === null ? null : keyOf(message.sender.contact),
  };
  const files = attachmentsOf(content).map((file) => ({ ...file, blob: null }));
  return line(messageItem(message), {
    account: accountName(account),
    in: conversation,
    message: {
      id,
      // The first character is the hub's own.
      order: order.slice(1) as ImportedMessage['order'],
      item: {
        stable,
        claimed: message.claimed,
        operation: null,
        part: 0,
        sender,
        sentAt,
        receivedAt,
        content: content.kind === 'attachment' ? { ...content, attachments: files } : content,
        replyTo: replyTo && { target: replyTo.target, ...(replyTo.quote && { quote: replyTo.quote }) },
        thread: thread && { target: thread.target },
        mentions,
        mentioned,
        trust,
      },
      changes: changesOf(conversation, message, sender, stable),
    },
  });
}

/** What was done to a message, as its network would tell it. */
function changesOf(
  conversation: RemoteKey,
  { content, claimed, edited, retracted, reactions }: MessageView,
  sender: Sender,
  stable: RemoteKey | null,
): PatchEvent[] {
  const target = stable === null ? { claimed: claimed ?? '', sender: sender.key } : { stable };
  const patch = (by: Sender, change: PatchEvent['change']): PatchEvent => ({
    type: 'patch',
    conversation,
    target,
    by,
    change,
  });
  const somebody = (key: RemoteKey, self: boolean): Sender => ({
    ...sender,
    key,
    self,
    contact: null,
    name: null,
  });
  const reacted = reactions.flatMap(({ key, senders, mine }) =>
    senders.map((by) =>
      patch(somebody(by, mine && sender.self && by === sender.key), { kind: 'react', key, on: true }),
    ),
  );
  return [
    ...(edited === null ? [] : [patch(sender, { kind: 'edit', content, at: edited.at })]),
    ...(retracted === null
      ? []
      : [patch(sender, { kind: 'retract', at: retracted.at, reason: retracted.reason, moderator: true })]),
    ...reacted,
  ];
}

/** `person`: whose contacts the user made one. */
export function personLine(person: Person): JsonItem {
  const contacts = person.contacts.map(({ network, accountAddress, key }) => ({
    network,
    address: accountAddress,
    key,
  }));
  return line({ type: 'person', id: person.id, name: person.name }, { contacts });
}
