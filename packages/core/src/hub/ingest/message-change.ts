import type { MessageChange, Sender } from '../../contract/index.ts';
import type { Message, Reaction, RemoteKey } from '../../model/index.ts';
import { mentionsUs } from './message-new.ts';
import { safeContent } from './safe-content.ts';
import type { Ingest } from './scope.ts';
import { changeCounts } from './unread.ts';

type What = 'edited' | 'retracted' | 'reacted' | 'decrypted';

/** How many kinds of reaction a message can bear. */
const reactionLimit = 100;

const whats = {
  edit: 'edited',
  retract: 'retracted',
  react: 'reacted',
  reactions: 'reacted',
  decrypted: 'decrypted',
} as const satisfies Record<MessageChange['kind'], What>;

/** Folds a change into its message, if `by` may make it. Replays change nothing. */
export function applyChange(ingest: Ingest, message: Message, by: Sender, change: MessageChange): void {
  const changed = changedMessage(ingest, message, by, change);
  if (changed === message) return;
  const { transaction } = ingest;
  transaction.messages.put(changed);
  changeCounts(transaction, message, changed);
  if (ingest.news) transaction.log({ type: 'message', what: whats[change.kind], message: message.id });
}

function changedMessage(ingest: Ingest, message: Message, by: Sender, change: MessageChange): Message {
  switch (change.kind) {
    case 'edit':
      return isAuthor(ingest, message, by) ? edited(message, change) : message;
    case 'retract':
      return isAuthor(ingest, message, by) || change.moderator === true
        ? retracted(message, by, change)
        : message;
    case 'react':
      return withReactions(message, toggled(message.reactions, by, change.key, change.on));
    case 'reactions':
      return withReactions(message, replaced(message.reactions, by, change.keys));
    case 'decrypted':
      if (message.content.kind !== 'undecryptable') return message;
      return {
        ...message,
        content: safeContent(change.content),
        trust: change.trust,
        mentions: change.mentions ?? [],
        mentioned: mentionsUs(ingest, change),
      };
    default:
      change satisfies never;
      return message;
  }
}

/** The author as the network proves it: the same participant, ourselves on another device, or the contact by a later name. */
function isAuthor({ transaction, account }: Ingest, { sender }: Message, by: Sender): boolean {
  if (sender.key === by.key || (sender.self && by.self)) return true;
  if (sender.contact === null || by.contact === null || by.proof !== 'account') return false;
  const contact = transaction.contacts.get(sender.contact);
  return contact?.key === by.contact && contact.account === account.id;
}

/** An archive may give the new text at once and tell of the edit beside it: the mark is what is new then. */
function edited(message: Message, { content: told, at }: MessageChange & { kind: 'edit' }): Message {
  const content = safeContent(told);
  const known = message.edited;
  if (message.retracted !== null) return message;
  // A late edit that is older than the one we have (an archive read backwards) is history already.
  if (at !== null && known !== null && known.at !== null && at < known.at) return message;
  const same = JSON.stringify(content) === JSON.stringify(message.content);
  if (same && known !== null) return message;
  return { ...message, content, edited: { at, count: (known?.count ?? 0) + 1 } };
}

function retracted(
  message: Message,
  by: Sender,
  { at, reason }: MessageChange & { kind: 'retract' },
): Message {
  if (message.retracted !== null) return message;
  return {
    ...message,
    content: { kind: 'text', text: '' },
    retracted: { by: by.key, at, reason },
    reactions: [],
    mentioned: false,
  };
}

function withReactions(message: Message, reactions: readonly Reaction[]): Message {
  return message.retracted !== null || reactions === message.reactions ? message : { ...message, reactions };
}

function toggled(reactions: readonly Reaction[], by: Sender, key: string, on: boolean): readonly Reaction[] {
  const before = reactions.find((reaction) => reaction.key === key);
  if ((before?.senders.includes(by.key) ?? false) === on) return reactions;
  if (!before) {
    // Nobody looks through more, and each one more makes the row dearer for all.
    if (reactions.length >= reactionLimit && !by.self) return reactions;
    return [...reactions, { key, senders: [by.key], mine: by.self }];
  }
  const senders: readonly RemoteKey[] = on
    ? [...before.senders, by.key]
    : before.senders.filter((sender) => sender !== by.key);
  if (senders.length === 0) return reactions.filter((reaction) => reaction !== before);
  const mine = by.self ? on : before.mine;
  return reactions.map((reaction) => (reaction === before ? { key, senders, mine } : reaction));
}

function replaced(reactions: readonly Reaction[], by: Sender, keys: readonly string[]): readonly Reaction[] {
  const given = reactions.filter(({ senders }) => senders.includes(by.key)).map(({ key }) => key);
  let result = reactions;
  for (const key of given) if (!keys.includes(key)) result = toggled(result, by, key, false);
  for (const key of new Set(keys)) result = toggled(result, by, key, true);
  return result;
}
