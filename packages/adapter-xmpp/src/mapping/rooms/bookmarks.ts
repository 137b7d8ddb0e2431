import { remoteKey, type RemoteKey } from '@natter/core/model';
import { Element } from '@xmpp/xml';
import { bareAddress } from '../../wire/address.ts';
import { NS } from '../../wire/namespaces.ts';

/** A room that all our devices know (XEP-0402). */
export interface Bookmark {
  readonly room: RemoteKey;
  readonly nick: string | null;
  readonly name: string | null;
  readonly autojoin: boolean;
  /** What other clients keep there; it must survive our writing (XEP-0402 section 3.2). */
  readonly extensions: Element | null;
}

/** Asks for all bookmarks. */
export function writeBookmarksQuery(): Element {
  const query = new Element('pubsub', { xmlns: NS.pubsub });
  query.c('items', { node: NS.bookmarks });
  return query;
}

/** Reads them; what is no room's address is passed over. */
export function readBookmarks(answer: Element): Bookmark[] {
  const items = answer.getChild('pubsub', NS.pubsub)?.getChild('items')?.getChildren('item') ?? [];
  return items.flatMap((item) => {
    const room = bareAddress(item.attrs['id']);
    const conference = item.getChild('conference', NS.bookmarks);
    if (room === null || conference === undefined) return [];
    const autojoin: unknown = conference.attrs['autojoin'];
    const name: unknown = conference.attrs['name'];
    return [
      {
        room: remoteKey(room),
        nick: conference.getChildText('nick')?.trim() || null,
        name: typeof name === 'string' && name !== '' ? name : null,
        autojoin: autojoin === 'true' || autojoin === '1',
        extensions: conference.getChild('extensions') ?? null,
      },
    ];
  });
}

/** Writes one; the options keep it from strangers (XEP-0402 section 3). */
export function writeBookmark({ room, nick, name, autojoin, extensions }: Bookmark): Element {
  const query = new Element('pubsub', { xmlns: NS.pubsub });
  const conference = query
    .c('publish', { node: NS.bookmarks })
    .c('item', { id: room })
    .c('conference', {
      xmlns: NS.bookmarks,
      autojoin: String(autojoin),
      ...(name === null ? {} : { name }),
    });
  if (nick !== null) conference.c('nick').t(nick);
  if (extensions !== null) conference.append(extensions);
  const form = query.c('publish-options').c('x', { xmlns: NS.dataForms, type: 'submit' });
  const field = (name: string, value: string, type?: string): void => {
    form
      .c('field', type === undefined ? { var: name } : { var: name, type })
      .c('value')
      .t(value);
  };
  field('FORM_TYPE', NS.publishOptions, 'hidden');
  field('pubsub#persist_items', 'true');
  field('pubsub#max_items', 'max');
  field('pubsub#send_last_published_item', 'never');
  field('pubsub#access_model', 'whitelist');
  return query;
}
