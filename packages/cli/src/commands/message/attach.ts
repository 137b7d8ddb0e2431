import { createReadStream, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { Readable } from 'node:stream';
import type { Attachment, AttachmentKind } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError, errorData } from '@natter/core/error';

/** Types that people send most; everything else goes as bytes. */
const mediaTypes: Readonly<Record<string, string>> = {
  '.gif': 'image/gif',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.json': 'application/json',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.ogg': 'audio/ogg',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.txt': 'text/plain',
  '.webm': 'video/webm',
  '.webp': 'image/webp',
  '.zip': 'application/zip',
};

/** Copies files into the profile, from where they are sent: the message survives that they are moved or changed. */
export async function uploadFiles(
  link: ClientLink,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly Attachment[]> {
  const described = paths.map((path) => ({ path, size: sizeOf(path) }));
  const attachments: Attachment[] = [];
  for (const { path, size } of described) {
    const { blob } = await link.call('blob.create', {}, { signal });
    await link.upload(blob, 0, Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>, signal);
    const mediaType = mediaTypes[extname(path).toLowerCase()] ?? 'application/octet-stream';
    attachments.push({
      kind: kindOf(mediaType),
      name: basename(path),
      mediaType,
      size,
      width: null,
      height: null,
      duration: null,
      hash: null,
      remote: null,
      thumbnail: null,
      blob,
    });
  }
  return attachments;
}

function kindOf(mediaType: string): AttachmentKind {
  const [family] = mediaType.split('/');
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'file';
}

function sizeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() === true) return found.size;
  throw new NatterError(errorData('invalid', `${path} is not a file that could be sent`));
}
