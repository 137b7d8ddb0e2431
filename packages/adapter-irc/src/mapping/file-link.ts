import type { Attachment, AttachmentKind, Content } from '@natter/core/model';

/** The commonest endings; what is not among them is a file like any other. */
const TYPES: Readonly<Record<string, string>> = {
  avif: 'image/avif', gif: 'image/gif', jpeg: 'image/jpeg', jpg: 'image/jpeg', png: 'image/png', webp: 'image/webp',
  flac: 'audio/flac', mp3: 'audio/mpeg', ogg: 'audio/ogg', opus: 'audio/opus', wav: 'audio/wav',
  mkv: 'video/x-matroska', mov: 'video/quicktime', mp4: 'video/mp4', webm: 'video/webm',
  pdf: 'application/pdf', txt: 'text/plain', zip: 'application/zip',
}; // prettier-ignore

/** A text that is nothing but the address of a file on the server's own file host; null for every other text. */
export function fileContent(text: string, fileHost: string | null): Content | null {
  if (fileHost === null || !/^https:\/\/\S+$/.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.origin !== new URL(fileHost).origin) return null;
  return { kind: 'attachment', text, attachments: [attachmentAt(url)] };
}

function attachmentAt(url: URL): Attachment {
  const name = lastSegment(url.pathname) || url.hostname;
  const mediaType = TYPES[/\.([A-Za-z0-9]{1,5})$/.exec(name)?.[1]?.toLowerCase() ?? ''];
  return {
    kind: kindOf(mediaType ?? ''),
    name,
    mediaType: mediaType ?? 'application/octet-stream',
    size: null,
    width: null,
    height: null,
    duration: null,
    hash: null,
    remote: url.href,
    thumbnail: null,
    blob: null,
  };
}

function kindOf(mediaType: string): AttachmentKind {
  const [family] = mediaType.split('/');
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'file';
}

function lastSegment(path: string): string {
  const segment = path.split('/').findLast((each) => each !== '') ?? '';
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // a lone percent sign
  }
}
