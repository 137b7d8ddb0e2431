import type { Attachment, AttachmentKind, Content, JsonObject } from '@natter/core/model';
import { own } from '@natter/wire';
import { get, getMap, getNumber, getText, type JsonMap } from '../wire/json.ts';
import { readFileAddress, writeSealed } from './file-address.ts';
import { readHtml } from './html/read.ts';
import { isUserId } from './keys.ts';
import { readMediaAddress } from './media.ts';

const FILES: Readonly<Record<string, AttachmentKind>> = {
  'm.image': 'image',
  'm.audio': 'audio',
  'm.video': 'video',
  'm.file': 'file',
};
/** No event has more (Matrix 1.16, section "Size limits"); what a server makes longer all the same would take it minutes to read. */
const MOST_HTML = 65_536;
const TEXTS = {
  'm.text': 'text',
  'm.emote': 'emote',
  'm.notice': 'notice',
  // Of the server to its users (Matrix 1.18, section "Server Notices").
  'm.server_notice': 'notice',
} as const;

/** A request to verify each other; its body is for clients that cannot. */
const VERIFICATION: Content = {
  kind: 'system',
  text: 'wants to verify that nobody listens',
  data: { what: 'verification' },
};

/** What an event of type `m.room.message` says. `reply` says that it answers another. */
export function readMessage(content: JsonMap, reply: boolean): Content {
  const type = getText(content, 'msgtype') ?? '';
  const body = getText(content, 'body') ?? '';
  if (type === 'm.key.verification.request') return VERIFICATION;
  const kind = own(FILES, type);
  if (kind !== undefined) return readFile(kind, content) ?? unsupported('m.room.message', type, body);
  if (!isTextType(type)) return unsupported('m.room.message', type, body);
  const html =
    getText(content, 'format') === 'org.matrix.custom.html' ? getText(content, 'formatted_body') : undefined;
  const text = reply ? splitReply(body).text : body;
  if (html === undefined || html.length > MOST_HTML) return { kind: TEXTS[type], text };
  return { kind: TEXTS[type], text, formatted: readHtml(html) };
}

/** What an `m.sticker` shows. */
export function readSticker(content: JsonMap): Content {
  return readFile('image', content) ?? unsupported('m.sticker', '', getText(content, 'body') ?? '');
}

/** An event that natter has no word for. */
export function unsupported(type: string, messageType: string, text: string): Content {
  const data: JsonObject = { type: type.slice(0, 255), messageType: messageType.slice(0, 255) };
  return { kind: 'unsupported', text, data };
}

/** What is quoted for clients that know no replies, and what is said (before Matrix 1.13, section "Fallbacks for rich replies"). */
export function splitReply(body: string): { quote: string | null; text: string } {
  const match = /^((?:> [^\n]*\n)+)\n/.exec(body);
  const quoted = match?.[1] ?? '';
  if (match === null || !/^> (?:\* )?<[^>\n]+>/.test(quoted)) return { quote: null, text: body };
  const quote = quoted
    .replace(/^> ?/gm, '')
    .replace(/^(?:\* )?<[^>\n]+> ?/, '')
    .trim();
  return { quote, text: body.slice(match[0].length) };
}

function isTextType(type: string): type is keyof typeof TEXTS {
  return Object.hasOwn(TEXTS, type);
}

function readFile(kind: AttachmentKind, content: JsonMap): Content | null {
  const sealed = getMap(content, 'file');
  const remote = sealed === undefined ? getText(content, 'url') : writeSealed(sealed);
  if (remote === undefined || remote === null || readFileAddress(remote) === null) return null;
  const body = getText(content, 'body') ?? '';
  const filename = getText(content, 'filename');
  const attachment = describe(kind, remote, { name: filename ?? body, info: getMap(content, 'info') });
  // With a file name of its own the body is a caption (Matrix 1.10).
  const caption = filename !== undefined && filename !== body ? body : attachment.name;
  return { kind: 'attachment', text: caption, attachments: [attachment] };
}

function describe(
  kind: AttachmentKind,
  remote: string,
  { name, info }: { name: string; info: JsonMap | undefined },
): Attachment {
  const told = getText(info, 'mimetype') ?? '';
  const thumbnail = getText(info, 'thumbnail_url');
  return {
    kind,
    name: cleanName(name),
    mediaType: mediaType(told),
    size: measure(info, 'size'),
    width: measure(info, 'w'),
    height: measure(info, 'h'),
    duration: measure(info, 'duration'),
    hash: null,
    remote,
    thumbnail:
      thumbnail === undefined || readMediaAddress(thumbnail) === null
        ? null
        : {
            remote: thumbnail,
            mediaType: mediaType(getText(getMap(info, 'thumbnail_info'), 'mimetype') ?? ''),
          },
    blob: null,
  };
}

function mediaType(told: string): string {
  return /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(told) ? told : 'application/octet-stream';
}

/** A whole number that can be true. */
function measure(info: JsonMap | undefined, name: string): number | null {
  const value = getNumber(info, name);
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** A name, and never a path (CWE-22). */
function cleanName(name: string): string {
  const last = name.split(/[/\\]/u).at(-1) ?? '';
  const clean = last.replace(/[\p{Cc}\p{Cf}]/gu, '').slice(0, 255);
  return clean === '' || clean === '.' || clean === '..' ? 'file' : clean;
}

/** Whom links in a text's HTML lead to. */
export function linkedUsers(html: string): readonly string[] {
  if (html === '') return [];
  const links = html.slice(0, MOST_HTML).matchAll(/href="https:\/\/matrix\.to\/#\/(?:@|%40)([^"?]{1,500})/g);
  const users = [...links].map(([, rest = '']) => `@${decode(rest)}`).filter(isUserId);
  return [...new Set(users)].slice(0, 1000);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Who is meant by name (Matrix 1.7, section "User and room mentions"); null where the sender's client does not tell. */
export function readMentions(content: JsonMap): { users: readonly unknown[]; room: boolean } | null {
  const mentions = getMap(content, 'm.mentions');
  if (mentions === undefined) return null;
  const users = get(mentions, 'user_ids');
  return { users: Array.isArray(users) ? users.slice(0, 1000) : [], room: get(mentions, 'room') === true };
}
