import type { RemoteKey } from '@natter/core/model';
import type { Event, MessageIn, Place } from '@natter/core';
import { Element } from '@xmpp/xml';
import { NS } from '../wire/namespaces.ts';
import { readForwarded } from './carbon.ts';
import { mapMessage, markPrivate, readDirection } from './message.ts';
import { parseStamp } from './time.ts';

/** One message of an archive page (XEP-0313 section 4.1.2). */
export interface ArchivedMessage {
  readonly archiveId: string;
  readonly message: Element;
  readonly sentAt: number | null;
}

/** What to ask an archive. `before: ''` asks for the last page (XEP-0059 section 2.5). */
export interface ArchiveQuery {
  readonly queryId: string;
  readonly with?: string;
  /** Milliseconds since 1970. */
  readonly start?: number;
  readonly before?: string;
  readonly after?: string;
  readonly max: number;
  /** Just these messages, where the archive can tell them (`urn:xmpp:mam:2#extended`). */
  readonly ids?: readonly string[];
}

/** What the end of a page says. */
export interface ArchiveEnd {
  readonly complete: boolean;
  readonly first: string | null;
  readonly last: string | null;
}

/** Writes an archive query. */
export function writeArchiveQuery(query: ArchiveQuery): Element {
  const element = new Element('query', { xmlns: NS.mam, queryid: query.queryId });
  const form = element.c('x', { xmlns: NS.dataForms, type: 'submit' });
  const field = (name: string, value: string, type?: string): void => {
    form
      .c('field', type === undefined ? { var: name } : { var: name, type })
      .c('value')
      .t(value);
  };
  field('FORM_TYPE', NS.mam, 'hidden');
  if (query.with !== undefined) field('with', query.with);
  if (query.start !== undefined) field('start', new Date(query.start).toISOString());
  if (query.ids !== undefined) {
    const ids = form.c('field', { var: 'ids' });
    for (const id of query.ids) ids.c('value').t(id);
  }
  const set = element.c('set', { xmlns: NS.rsm });
  set.c('max').t(String(query.max));
  if (query.after !== undefined) set.c('after').t(query.after);
  if (query.before !== undefined) set.c('before').t(query.before);
  return element;
}

/** Reads one result, or null when it is none. Whether it may be believed depends on who sent it and for which query. */
export function readArchived(stanza: Element): (ArchivedMessage & { queryId: string }) | null {
  const result = stanza.getChild('result', NS.mam);
  const forwarded = result === undefined ? null : readForwarded(result);
  const id: unknown = result?.attrs['id'];
  const queryId: unknown = result?.attrs['queryid'];
  if (forwarded === null || typeof id !== 'string' || id === '' || typeof queryId !== 'string') return null;
  return {
    queryId,
    archiveId: id,
    message: forwarded.message,
    sentAt: parseStamp(forwarded.delay?.attrs['stamp']),
  };
}

/** Reads the `fin` of a page. */
export function readArchiveEnd(iq: Element): ArchiveEnd {
  const fin = iq.getChild('fin', NS.mam);
  const set = fin?.getChild('set', NS.rsm);
  return {
    complete: fin?.attrs['complete'] === 'true' || fin?.attrs['complete'] === '1',
    first: set?.getChildText('first') ?? null,
    last: set?.getChildText('last') ?? null,
  };
}

/** What a page is mapped with. */
export interface PageContext {
  readonly own: string;
  readonly receivedAt: number;
  readonly place: Place;
  readonly senderOf: (conversation: RemoteKey, claimed: string) => RemoteKey | null;
  readonly isRoom?: (address: RemoteKey) => boolean;
}

/** The events of a page, oldest first: messages of one conversation together, so that a page has a place. */
export function mapArchive(page: readonly ArchivedMessage[], context: PageContext): Event[] {
  const timelines = new Map<RemoteKey, MessageIn[]>();
  const senders = new Map<string, RemoteKey>();
  const changes: Event[] = [];
  for (const archived of page) {
    if (context.isRoom !== undefined) markPrivate(archived.message, context.own, context.isRoom);
    const direction = readDirection(archived.message, context.own);
    if (direction === null) continue;
    const { peer } = direction;
    const senderOf = (claimed: string): RemoteKey | null =>
      senders.get(`${peer}\n${claimed}`) ?? context.senderOf(peer, claimed);
    for (const event of mapMessage(archived.message, { ...context, ...archived, senderOf })) {
      if (event.type !== 'timeline') {
        changes.push(event);
        continue;
      }
      const items = timelines.get(peer) ?? [];
      timelines.set(peer, items);
      items.push(...event.items);
      for (const { claimed, sender } of event.items)
        if (claimed !== null) senders.set(`${peer}\n${claimed}`, sender.key);
    }
  }
  const messages = [...timelines].map(([conversation, items]): Event => {
    return { type: 'timeline', conversation, place: context.place, items };
  });
  return [...messages, ...changes];
}
