import type { Content, RemoteKey, Target } from '@natter/core';
import type { Attachment as WireAttachment, Mention, MessageBody } from '@natter/native-protocol';
import { attachmentOf } from './attachment.ts';
import { flatten } from './flatten.ts';
import { formatTree } from './formatting.ts';
import { targetSequence } from './keys.ts';

/** The bounds of the protocol's schema; what is past them stays plain text. */
const maximumSpans = 1000;
const maximumMentions = 200;

/** What a body says. A retracted message has none and says nothing. */
export function contentOf(body: MessageBody | null): Content {
  if (body === null) return { kind: 'text', text: '' };
  if (body.attachments !== undefined && body.attachments.length > 0) {
    return { kind: 'attachment', text: body.text, attachments: body.attachments.map(attachmentOf) };
  }
  const formatted = formatTree(body);
  return { kind: body.kind ?? 'text', text: body.text, ...(formatted === undefined ? {} : { formatted }) };
}

/** What goes with a content in a send. */
export interface Around {
  readonly replyTo?: { readonly target: Target } | null;
  readonly thread?: Target | null;
  readonly mentions?: readonly RemoteKey[];
  /** The files of the content, which are on the server. */
  readonly attachments?: readonly WireAttachment[];
}

/** The body of a content; `null` when the network cannot carry it, or it refers to a message that the server never told of. */
export function bodyOf(content: Content, around: Around = {}): MessageBody | null {
  const { attachments = [] } = around;
  const kind = content.kind === 'attachment' ? 'text' : content.kind;
  if (kind !== 'text' && kind !== 'emote' && kind !== 'notice') return null;
  if (content.kind === 'attachment' && attachments.length !== content.attachments.length) return null;
  const flat =
    !('formatted' in content) || content.formatted === undefined
      ? { text: content.text, formatting: [], mentions: [] }
      : flatten(content.formatted);
  const reply = around.replyTo ? targetSequence(around.replyTo.target) : undefined;
  const thread = around.thread ? targetSequence(around.thread) : undefined;
  if (reply === null || thread === null) return null;
  const mentions = [...flat.mentions, ...unplaced(around.mentions ?? [], flat)].slice(0, maximumMentions);
  const formatting = flat.formatting.slice(0, maximumSpans);
  return {
    text: flat.text,
    ...(kind === 'text' ? {} : { kind }),
    ...(formatting.length === 0 ? {} : { formatting }),
    ...(mentions.length === 0 ? {} : { mentions }),
    ...(reply === undefined ? {} : { reply }),
    ...(thread === undefined ? {} : { thread }),
    ...(attachments.length === 0 ? {} : { attachments }),
  };
}

/** Mentions that no stretch of the text shows: by the user's name where it stands in the text, else by the whole text. */
function unplaced(
  mentions: readonly RemoteKey[],
  flat: { text: string; mentions: readonly Mention[] },
): Mention[] {
  const placed = new Set(flat.mentions.map(({ address }) => address));
  return mentions.flatMap((address) => {
    if (placed.has(address) || flat.text === '') return [];
    const name = address.split('@')[0] ?? address;
    const start = flat.text.toLowerCase().indexOf(name);
    return [
      start === -1
        ? { address, start: 0, length: flat.text.length }
        : { address, start, length: name.length },
    ];
  });
}
