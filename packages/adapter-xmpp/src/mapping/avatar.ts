import type { Attachment } from '@natter/core/model';
import { Element } from '@xmpp/xml';
import { NS } from '../wire/namespaces.ts';

/** A picture of ours, ready to be published. */
export interface OwnPicture {
  /** SHA-1 in hexadecimal, by which it is called everywhere. */
  readonly hash: string;
  readonly bytes: number;
  readonly base64: string;
  readonly file: Pick<Attachment, 'mediaType' | 'width' | 'height'>;
}

/** XEP-0084 section 4.1. */
export function writeAvatarData({ base64 }: OwnPicture): Element {
  return new Element('data', { xmlns: NS.avatarData }).t(base64);
}

/** XEP-0084 section 4.2; empty where there is no picture any more (section 3.5). */
export function writeAvatarMetadata(picture: OwnPicture | null): Element {
  const metadata = new Element('metadata', { xmlns: NS.avatarMetadata });
  if (picture === null) return metadata;
  const { hash, bytes, file } = picture;
  metadata.c('info', {
    id: hash,
    bytes: String(bytes),
    type: file.mediaType,
    ...(file.width === null ? {} : { width: String(file.width) }),
    ...(file.height === null ? {} : { height: String(file.height) }),
  });
  return metadata;
}

/** A vcard (XEP-0054) as it was, with this picture in place of others. */
export function writeVcardPhoto(known: Element | undefined, picture: OwnPicture | null): Element {
  const vcard = new Element('vCard', { xmlns: NS.vcard });
  for (const field of known?.getChildElements() ?? []) if (field.name !== 'PHOTO') vcard.append(field);
  if (picture === null) return vcard;
  const photo = vcard.c('PHOTO');
  photo.c('TYPE').t(picture.file.mediaType);
  photo.c('BINVAL').t(picture.base64);
  return vcard;
}

/** What presence tells of the picture in the vcard (XEP-0153 section 3.1); null for none. */
export function writeVcardHash(hash: string | null): Element {
  const update = new Element('x', { xmlns: NS.vcardUpdate });
  update.c('photo').t(hash ?? '');
  return update;
}
