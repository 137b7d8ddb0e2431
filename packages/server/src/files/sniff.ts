import { fileTypeFromBuffer } from 'file-type';
import { imageSize } from 'image-size';
import type { FileFacts } from '../ports/files.ts';

/** What is said of bytes of which nothing is known. */
const anything = 'application/octet-stream';

/** Formats that hold other formats: what their owner says of them may be more exact than what the bytes say. */
const containers: readonly string[] = [
  'application/zip',
  'application/xml',
  'application/x-cfb',
  'application/gzip',
];

/** Images whose size is read. Readers of other formats have been led into endless loops before. */
const measured: readonly string[] = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp'];

/** Longest side of an image that is believed. Pixels. */
const longestSide = 100_000;

/**
 * What the first bytes of a file say: they are believed, and its owner only as far as they leave it open. What is said to
 * be an image, audio or video and does not look like one is just bytes: nobody is to open it as what it is not.
 */
export async function sniff(
  head: Uint8Array,
  announced: string,
): Promise<Pick<FileFacts, 'mediaType' | 'dimensions'>> {
  const said = announced.split(';')[0]?.trim().toLowerCase() ?? '';
  const found = await detect(head);
  const mediaType = settle(found, said, head);
  return { mediaType, dimensions: measured.includes(mediaType) ? measure(head) : null };
}

async function detect(head: Uint8Array): Promise<string | null> {
  try {
    const found = (await fileTypeFromBuffer(head))?.mime;
    // The sound comes behind the tag, and a tag with a picture in it is longer than what is read here (https://id3.org/id3v2.4.0-structure).
    return found ?? (Buffer.from(head.subarray(0, 3)).toString('latin1') === 'ID3' ? 'audio/mpeg' : null);
  } catch {
    // Bytes that a detector cannot bear are bytes of no format that it knows.
    return null;
  }
}

function settle(found: string | null, said: string, head: Uint8Array): string {
  if (!/^[a-z]+\/[a-z0-9][a-z0-9.+-]*$/u.test(said)) return found ?? anything;
  const [family] = said.split('/');
  if (found === null) {
    if (said === 'image/svg+xml') return looksLikeText(head) ? said : anything;
    if (family === 'image' || family === 'audio' || family === 'video') return anything;
    return family !== 'text' || looksLikeText(head) ? said : anything;
  }
  // Sound and pictures share containers: of an MP4 or Ogg without pictures only its owner knows.
  if (said === found || (family === 'audio' && found === `video/${said.slice('audio/'.length)}`)) return said;
  return containers.includes(found) && (family === 'application' || said === 'image/svg+xml') ? said : found;
}

function looksLikeText(head: Uint8Array): boolean {
  return !head.includes(0);
}

function measure(head: Uint8Array): FileFacts['dimensions'] {
  try {
    // A copy: the reader looks past the end of a view, at whatever else lies in that memory.
    const { width, height, orientation = 1 } = imageSize(Uint8Array.from(head));
    if (!(width > 0 && height > 0 && width <= longestSide && height <= longestSide)) return null;
    // From 5 on the camera lay on its side (EXIF 2.3, section 4.6.4, tag 0x0112).
    return orientation >= 5 ? { width: height, height: width } : { width, height };
  } catch {
    // Cut off, or broken: then nobody knows its size.
    return null;
  }
}
