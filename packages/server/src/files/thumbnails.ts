import type { FileId } from '../ports/identifiers.ts';

/** Longest side of a thumbnail. Pixels. */
const side = 320;
/** Pictures of no more bytes than this are small enough as they are. */
const smallBytes = 32 * 1024;
/** Larger ones are not decoded: what a stranger sends must not take all memory. */
const mostBytes = 32 * 1024 ** 2;
const mostPixels = 40_000_000;
/** Of WebP, from 0 to 100. */
const quality = 75;

/** A small picture. */
export interface Thumbnail {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly dimensions: { readonly width: number; readonly height: number };
}

/** Whether there is to be a thumbnail of a picture. */
export function isWorthAThumbnail(size: number, dimensions: Thumbnail['dimensions']): boolean {
  if (size <= smallBytes || size > mostBytes) return false;
  return dimensions.width * dimensions.height <= mostPixels;
}

/** What the thumbnail of a file is called among its owner's files: longer than anything that a client can choose. */
export function thumbnailClientId(of: FileId): string {
  return `${'thumbnail'.padStart(64, '-')} ${of}`;
}

/** Makes thumbnails one after the other, off the event loop: a decoded picture is large. */
export class Thumbnails {
  #last: Promise<unknown> = Promise.resolve();

  /** `null` for what turns out to be no picture. `read` is called when it is its turn. */
  make(
    { width, height }: Thumbnail['dimensions'],
    read: () => Promise<Uint8Array>,
  ): Promise<Thumbnail | null> {
    const longest = Math.min(side, Math.max(width, height));
    const made = this.#last.then(async () => makeThumbnail(await read(), longest));
    this.#last = made.catch(() => undefined);
    return made;
  }
}

async function makeThumbnail(picture: Uint8Array, longest: number): Promise<Thumbnail | null> {
  const { ResizeFit, Transformer } = await import('@napi-rs/image');
  try {
    const bytes = await new Transformer(picture)
      // As the camera was held, since the note of that is not kept.
      .rotate()
      .resize({ width: longest, height: longest, fit: ResizeFit.Inside })
      .webp(quality);
    const { width, height } = await new Transformer(bytes).metadata();
    return { bytes, mediaType: 'image/webp', dimensions: { width, height } };
  } catch {
    // Cut off, broken, or of a kind that is not known: there is no small picture of that.
    return null;
  }
}
