import type { Attachment } from '@natter/core';

/** An attached file about which nothing is known but its name and its size; what matters is told in `parts`. */
export function fileAttachment(name: string, size: number, parts: Partial<Attachment> = {}): Attachment {
  return {
    kind: 'file',
    name,
    mediaType: 'application/octet-stream',
    size,
    width: null,
    height: null,
    duration: null,
    hash: null,
    remote: null,
    thumbnail: null,
    blob: null,
    ...parts,
  };
}
