import type { Attachment } from '@natter/core';
import type { Attachment as WireAttachment } from '@natter/native-protocol';

/** What the protocol takes of a name and a media type. */
const longestName = 255;
const longestType = 127;

/** A file of a message. One of this server is fetched by its id, another by its address. */
export function attachmentOf(attachment: WireAttachment): Attachment {
  return {
    kind: attachment.kind,
    name: attachment.name,
    mediaType: attachment.mediaType,
    size: attachment.size ?? null,
    width: attachment.width ?? null,
    height: attachment.height ?? null,
    duration: attachment.duration ?? null,
    hash: attachment.sha256 === undefined ? null : `sha-256:${attachment.sha256}`,
    remote: attachment.file ?? attachment.url,
    thumbnail: thumbnailOf(attachment),
    blob: null,
  };
}

/** It is fetched as the file is, by its id. */
function thumbnailOf({ thumbnail }: WireAttachment): Attachment['thumbnail'] {
  return thumbnail === undefined ? null : { remote: thumbnail.file, mediaType: thumbnail.mediaType };
}

/** The same on the wire, for bytes that are on a server: `remote` is what {@link attachmentOf} would say. */
export function wireAttachment(attachment: Attachment, remote: string, server: string): WireAttachment {
  const elsewhere = /^https?:/iu.test(remote);
  const { kind, name, mediaType, size, width, height, duration, hash } = attachment;
  const sha256 = hash?.startsWith('sha-256:') === true ? hash.slice('sha-256:'.length) : null;
  return {
    kind,
    // A file of the server is known by its id; the address only names it.
    ...(elsewhere ? { url: remote } : { url: `https://${server}/files/${remote}`, file: remote }),
    name: name.slice(0, longestName),
    mediaType: mediaType.slice(0, longestType),
    ...(size === null ? {} : { size }),
    ...(sha256 === null ? {} : { sha256 }),
    ...(width === null ? {} : { width }),
    ...(height === null ? {} : { height }),
    ...(duration === null ? {} : { duration }),
  };
}
