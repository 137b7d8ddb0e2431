import { createReadStream, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { basename, extname } from 'node:path';
import { Readable } from 'node:stream';
import type { Attachment, AttachmentKind } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError, errorData } from '@natter/core/error';
import type { CommandContext } from '../../context.ts';

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

/** Refuses what the network does not carry before it is copied, which takes its time and place. */
export function checkSizes(paths: readonly string[], most: number | undefined): void {
  for (const path of paths) {
    const size = sizeOf(path);
    if (most !== undefined && size > most)
      throw new NatterError(
        errorData('too-large', `'${path}' has ${size} bytes, this network carries ${most}`, {
          scope: 'message',
        }),
      );
  }
}

/** Copies files into the profile, from where they are sent: the message survives that they are moved or changed. */
export async function uploadFiles(
  { signal, output, environment }: CommandContext,
  link: ClientLink,
  paths: readonly string[],
): Promise<readonly Attachment[]> {
  const described = paths.map((path) => ({ path, size: sizeOf(path) }));
  const progress = output.progress(environment);
  const attachments: Attachment[] = [];
  for (const { path, size } of described) {
    const { blob } = await link.call('blob.create', {}, { signal });
    await link.upload(
      blob,
      0,
      bytesOf(path, (done) => progress.show(`reading ${path}`, done, size)),
      signal,
    );
    progress.clear();
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

function bytesOf(path: string, onRead: (done: number) => void): ReadableStream<Uint8Array> {
  let done = 0;
  const counting = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      onRead((done += chunk.length));
      controller.enqueue(chunk);
    },
  });
  const file = Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
  return file.pipeThrough(counting);
}

function kindOf(mediaType: string): AttachmentKind {
  const [family] = mediaType.split('/');
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'file';
}

function sizeOf(path: string): number {
  const found = look(path);
  if (found?.isFile() === true) return found.size;
  throw new NatterError(errorData('invalid', `'${path}' is not a file that could be sent`));
}

/** `null` for whatever the file system knows nothing of: no such file, a name too long, a folder that may not be entered. */
function look(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}
