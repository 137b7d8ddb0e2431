import { remoteKey, type RemoteKey } from '@natter/core/model';
import { Element } from '@xmpp/xml';
import { bareAddress } from '../../wire/address.ts';
import { NS } from '../../wire/namespaces.ts';
import type { PersonalItem } from '../personal.ts';

/** A room that all our devices know (XEP-0402). */
export interface Bookmark {
  readonly room: RemoteKey;
  readonly nick: string | null;
  readonly name: string | null;
  readonly autojoin: boolean;
  /** What other clients keep there; it must survive our writing (XEP-0402 section 3.2). */
  readonly extensions: Element | null;
}

/** Reads one; null for what is no room's address. */
export function readBookmark({ id, payload }: PersonalItem): Bookmark | null {
  const room = bareAddress(id);
  if (room === null || payload?.is('conference', NS.bookmarks) !== true) return null;
  const autojoin: unknown = payload.attrs['autojoin'];
  const name: unknown = payload.attrs['name'];
  return {
    room: remoteKey(room),
    nick: payload.getChildText('nick')?.trim() || null,
    name: typeof name === 'string' && name !== '' ? name : null,
    autojoin: autojoin === 'true' || autojoin === '1',
    extensions: payload.getChild('extensions') ?? null,
  };
}

/** What a bookmark that was taken away says: we are not to be there. */
export function goneBookmark(room: RemoteKey): Bookmark {
  return { room, nick: null, name: null, autojoin: false, extensions: null };
}

/** Writes one; it is to be published privately (XEP-0402 section 3). */
export function writeBookmark({ room, nick, name, autojoin, extensions }: Bookmark): PersonalItem {
  const payload = new Element('conference', {
    xmlns: NS.bookmarks,
    autojoin: String(autojoin),
    ...(name === null ? {} : { name }),
  });
  if (nick !== null) payload.c('nick').t(nick);
  if (extensions !== null) payload.append(extensions);
  return { id: room, payload };
}
