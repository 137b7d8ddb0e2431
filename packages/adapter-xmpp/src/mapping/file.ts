import type { Attachment, AttachmentKind } from '@natter/core/model';
import { toBase64 } from '@natter/wire';
import type { Element } from '@xmpp/xml';
import { formatFileAddress, parseFileAddress } from './file-address.ts';
import { NS } from '../wire/namespaces.ts';

/** The file that a message shares (XEP-0447), or whose address is all that it says (XEP-0066); null for none. */
export function readFile(message: Element, body: string): Attachment | null {
  const sharing = message.getChild('file-sharing', NS.sharing);
  const target: unknown = sharing?.getChild('sources')?.getChild('url-data', NS.urlData)?.attrs['target'];
  const file = sharing?.getChild('file', NS.fileMetadata);
  if (isSafe(target)) return describe(target, file);
  const url = message.getChild('x', NS.oob)?.getChildText('url')?.trim();
  return isSafe(url) && url === body.trim() ? describe(url, undefined) : null;
}

/** Says where a file is, for clients that know XEP-0447 and for those that know XEP-0066. */
export function writeFile(message: Element, [file]: readonly Attachment[]): void {
  if (file === undefined || file.remote === null) return;
  const { url, sha256, size } = parseFileAddress(file.remote);
  message.c('x', { xmlns: NS.oob }).c('url').t(url);
  const sharing = message.c('file-sharing', { xmlns: NS.sharing, disposition: 'attachment' });
  const metadata = sharing.c('file', { xmlns: NS.fileMetadata });
  metadata.c('name').t(file.name);
  metadata.c('media-type').t(file.mediaType);
  const bytes = file.size ?? size;
  if (bytes !== null) metadata.c('size').t(String(bytes));
  if (file.width !== null) metadata.c('width').t(String(file.width));
  if (file.height !== null) metadata.c('height').t(String(file.height));
  if (file.duration !== null) metadata.c('length').t(String(file.duration));
  if (sha256 !== null) metadata.c('hash', { xmlns: NS.hashes, algo: 'sha-256' }).t(toBase64(bytesOf(sha256)));
  sharing.c('sources').c('url-data', { xmlns: NS.urlData, target: url });
  const fallback = message.c('fallback', { xmlns: NS.fallback, for: NS.sharing });
  fallback.c('body');
}

/** Other schemes could read what is ours (`file:`), or would be read by all on the way (`http:`). */
function isSafe(url: unknown): url is string {
  return typeof url === 'string' && url.length <= 4096 && /^https:\/\/[^\s/]+/iu.test(url);
}

function describe(remote: string, file: Element | undefined): Attachment {
  const told = file?.getChildText('media-type')?.trim() ?? '';
  const sha256 = readHash(file);
  const size = readNumber(file?.getChildText('size'));
  const mediaType = isMediaType(told) ? told : 'application/octet-stream';
  return {
    kind: kindOf(mediaType, remote),
    name: cleanName(file?.getChildText('name') ?? nameOf(remote)),
    mediaType,
    size,
    width: readNumber(file?.getChildText('width')),
    height: readNumber(file?.getChildText('height')),
    duration: readNumber(file?.getChildText('length')),
    hash: sha256 === null ? null : `sha-256:${sha256}`,
    remote: formatFileAddress({ url: remote, sha256, size }),
    thumbnail: readThumbnail(file),
    blob: null,
  };
}

function kindOf(mediaType: string, remote: string): AttachmentKind {
  const [family] = mediaType.split('/');
  if (family === 'image' || family === 'audio' || family === 'video') return family;
  return /\.(?:png|jpe?g|gif|webp|avif)(?:[?#]|$)/iu.test(remote) ? 'image' : 'file';
}

/** The last part of an address; servers put the name there. */
function nameOf(url: string): string {
  const last = /\/([^/?#]*)(?:[?#].*)?$/u.exec(url)?.[1] ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

/** A name, and never a path (CWE-22). */
function cleanName(name: string): string {
  const last = name.split(/[/\\]/u).at(-1) ?? '';
  const clean = last.replace(/[\p{Cc}\p{Cf}]/gu, '').slice(0, 255);
  return clean === '' || clean === '.' || clean === '..' ? 'file' : clean;
}

function readNumber(text: string | null | undefined): number | null {
  const digits = text?.trim() ?? '';
  return /^\d{1,15}$/.test(digits) ? Number(digits) : null;
}

/** XEP-0264: a smaller picture; only one that is on the web like the file itself. */
function readThumbnail(file: Element | undefined): Attachment['thumbnail'] {
  const { uri, 'media-type': told } = (file?.getChild('thumbnail', NS.thumbnails)?.attrs ?? {}) as Partial<
    Record<string, unknown>
  >;
  if (!isSafe(uri)) return null;
  return { remote: uri, mediaType: typeof told === 'string' && isMediaType(told) ? told : 'image/jpeg' };
}

function isMediaType(text: string): boolean {
  return /^[\w.+-]+\/[\w.+-]+$/.test(text);
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

/** XEP-0300, in hexadecimal. */
function readHash(file: Element | undefined): string | null {
  const hash = file
    ?.getChildren('hash', NS.hashes)
    .find(({ attrs }) => attrs['algo'] === 'sha-256')
    ?.getText()
    .trim();
  if (hash === undefined || !/^[A-Za-z0-9+/]{43}=$/.test(hash)) return null;
  const bytes = Uint8Array.from(atob(hash), (character) => character.charCodeAt(0));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
