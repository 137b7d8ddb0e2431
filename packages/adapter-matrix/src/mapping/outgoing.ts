import type { OpBody } from '@natter/core';
import { attachmentsOf, type Attachment, type Content, type RemoteKey } from '@natter/core/model';
import { getText, type JsonMap } from '../wire/json.ts';
import { readFileAddress } from './file-address.ts';
import { writeHtml } from './html/write.ts';

type Send = Extract<OpBody, { type: 'send' }>;

const TEXTS: Readonly<Record<string, string>> = { text: 'm.text', emote: 'm.emote', notice: 'm.notice' };
const FILES: Readonly<Record<Attachment['kind'], string>> = {
  image: 'm.image',
  audio: 'm.audio',
  video: 'm.video',
  file: 'm.file',
};

/** What is said, as the content of an `m.room.message`; null for what cannot be sent. */
export function writeContent(content: Content): JsonMap | null {
  if (content.kind === 'attachment') return writeFile(content);
  if (content.kind !== 'text' && content.kind !== 'emote' && content.kind !== 'notice') return null;
  const formatted =
    content.formatted === undefined
      ? {}
      : { format: 'org.matrix.custom.html', formatted_body: writeHtml(content.formatted) };
  return { msgtype: TEXTS[content.kind] ?? 'm.text', body: content.text, ...formatted };
}

/** A send with what it refers to. Replies carry no quote of the other message: clients show the message itself. */
export function writeSend(
  body: Send,
  targets: { replyTo: string | null; thread: string | null },
): JsonMap | null {
  const content = writeContent(body.content);
  if (content === null) return null;
  const { replyTo, thread } = targets;
  const mentions = { 'm.mentions': writeMentions(body.mentions) };
  if (thread !== null) {
    // Clients that know no threads show a reply to the newest message that we know of (Matrix 1.16, section "Threading").
    const relation = {
      rel_type: 'm.thread',
      event_id: thread,
      is_falling_back: replyTo === null,
      'm.in_reply_to': { event_id: replyTo ?? thread },
    };
    return { ...content, ...mentions, 'm.relates_to': relation };
  }
  if (replyTo === null) return { ...content, ...mentions };
  return { ...content, ...mentions, 'm.relates_to': { 'm.in_reply_to': { event_id: replyTo } } };
}

/** An edit, with a fallback for clients that know none (Matrix 1.16, section "Event replacements"). */
export function writeEdit(content: Content, target: string): JsonMap | null {
  const replacement = writeContent(content);
  if (replacement === null) return null;
  const html = getText(replacement, 'formatted_body');
  return {
    ...replacement,
    body: `* ${content.text}`,
    ...(html === undefined ? {} : { formatted_body: `* ${html}` }),
    'm.mentions': {},
    'm.new_content': { ...replacement, 'm.mentions': {} },
    'm.relates_to': { rel_type: 'm.replace', event_id: target },
  };
}

/** A reaction. */
export function writeReaction(target: string, key: string): JsonMap {
  return { 'm.relates_to': { rel_type: 'm.annotation', event_id: target, key } };
}

function writeMentions(mentions: readonly RemoteKey[]): JsonMap {
  return mentions.length === 0 ? {} : { user_ids: [...mentions] };
}

function writeFile(content: Extract<Content, { kind: 'attachment' }>): JsonMap | null {
  const [file] = attachmentsOf(content);
  const where = file === undefined || file.remote === null ? null : readFileAddress(file.remote);
  if (file === undefined || where === null) return null;
  const captioned = content.text !== '' && content.text !== file.name;
  return {
    msgtype: FILES[file.kind],
    body: captioned ? content.text : file.name,
    filename: file.name,
    ...(where.sealed === null ? { url: where.url } : { file: where.sealed }),
    info: {
      mimetype: file.mediaType,
      ...(file.size === null ? {} : { size: file.size }),
      ...(file.width === null ? {} : { w: file.width }),
      ...(file.height === null ? {} : { h: file.height }),
      ...(file.duration === null ? {} : { duration: file.duration }),
    },
  };
}
