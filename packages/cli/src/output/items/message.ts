import type { MessageView } from '@natter/core';
import { attachmentsOf, messageTime } from '@natter/core/model';
import { countOf } from '../count.ts';
import type { JsonItem } from '../output.ts';
import { manyLines, oneLine } from '../sanitise.ts';
import type { Style } from '../style.ts';
import { isoTime, localTime } from '../time.ts';

/** `{"type":"message"}`. `id` is ours and never changes; `networkId` is what the network calls it, once it does. */
export function messageItem(message: MessageView): JsonItem {
  const outgoing = message.direction === 'out';
  return {
    type: 'message',
    id: message.id,
    localId: message.operation ?? message.claimed,
    networkId: message.stable,
    account: message.account,
    accountAddress: message.accountAddress,
    network: message.network,
    conversation: message.conversation,
    title: message.conversationTitle,
    kind: message.conversationKind,
    direction: message.direction,
    from: outgoing ? message.accountAddress : message.fromAddress,
    fromName: message.fromName,
    to: outgoing || message.conversationKind !== 'direct' ? message.toAddress : message.accountAddress,
    content: message.content.kind,
    text: message.retracted ? '' : message.content.text,
    time: isoTime(messageTime(message)),
    delivery: message.delivery,
    replyTo: message.replyTo?.message ?? null,
    thread: message.thread?.message ?? null,
    mentions: message.mentions,
    mentioned: message.mentioned,
    attachments: attachmentsOf(message.content).map(
      ({ kind, name, mediaType, size, width, height, duration, hash }) => ({
        kind,
        name,
        mediaType,
        size,
        width,
        height,
        duration,
        hash,
      }),
    ),
    edited: message.edited !== null,
    retracted: message.retracted !== null,
    reactions: Object.fromEntries(message.reactions.map(({ key, senders }) => [key, senders])),
    trust: message.trust,
    error: message.error,
  };
}

/** One message as people read it. Further lines of its text are indented below the first. */
export function messageText(message: MessageView, style: Style): string {
  const time = style.faint(localTime(messageTime(message)));
  const where =
    message.conversationKind === 'direct' ? '' : ` ${style.faint(`[${oneLine(message.conversationTitle)}]`)}`;
  const name = senderText(message);
  const to =
    message.direction === 'out' && message.conversationKind === 'direct'
      ? ` → ${oneLine(message.conversationTitle)}`
      : '';
  const remarks = [
    ...(message.edited ? ['edited'] : []),
    ...(message.delivery !== null && message.delivery !== 'sent' ? [message.delivery] : []),
    ...message.reactions.map(({ key, senders }) => `${oneLine(key)} ${senders.length}`),
  ];
  const end = remarks.length === 0 ? '' : `  ${style.faint(`(${remarks.join(', ')})`)}`;
  return `${time}${where} ${style.strong(name + to)}: ${bodyText(message, style)}${end}`;
}

/** Who said it. Of somebody whose name could be taken for our own `me` the address is told too. */
export function senderText({
  direction,
  fromName,
  fromAddress,
}: Pick<MessageView, 'direction' | 'fromName' | 'fromAddress'>): string {
  if (direction === 'out') return 'me';
  // The Cyrillic letter looks the same.
  const posesAsUs = /^\P{L}*m[e\u0435](?!\p{L})/iu.test(fromName.normalize('NFKC'));
  return posesAsUs ? `${oneLine(fromName)} (${oneLine(fromAddress)})` : oneLine(fromName);
}

function bodyText(message: MessageView, style: Style): string {
  if (message.retracted) return style.faint('(taken back)');
  const { content } = message;
  const text = manyLines(content.text, '    ');
  const files = attachmentsOf(content).map(
    ({ name, size }) => `[${oneLine(name)}${size === null ? '' : `, ${countOf(size, 'byte')}`}]`,
  );
  switch (content.kind) {
    case 'undecryptable':
      return style.warning('(cannot be decrypted yet)');
    case 'emote':
      return `* ${text}`;
    case 'attachment':
      return [...files, text].filter((part) => part !== '').join(' ');
    default:
      return text;
  }
}
