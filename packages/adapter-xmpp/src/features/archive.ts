import type { Opaque, RemoteKey } from '@natter/core/model';
import {
  accountScope,
  type Event,
  type Gap,
  type GapChange,
  type Page,
  type PageRequest,
  type Place,
} from '@natter/core';
import type { Element } from '@xmpp/xml';
import {
  mapArchive,
  readArchived,
  readArchiveEnd,
  writeArchiveQuery,
  type ArchivedMessage,
  type ArchiveEnd,
  type ArchiveQuery,
} from '../mapping/archive.ts';
import { formatMessageKey, parseMessageKey } from '../mapping/keys.ts';
import { readContent } from '../mapping/content.ts';
import { readClaimedId, readDirection } from '../mapping/message.ts';
import type { Runtime } from '../runtime.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { addressesEqual, parseAddress } from '../wire/address.ts';
import { asWireError, WireError } from '../wire/error.ts';

/** Messages a page of catch-up asks for, and the newest that an account brings along when it is added. */
const PAGE = 250;
/** The cursor of an archive that was empty: from then on everything in it is news. No archive gives an id like it. */
const START = 'from the start';
/** Results that one query may bring, whatever was asked for. */
const MOST_RESULTS = 1_000;
/** Pages that are looked through for one operation. */
const MOST_SEARCHED = 10;
/** How far the server's clock may be behind ours. */
const CLOCK_SKEW = 10 * 60_000;

/** What one query brought. */
export interface ArchivePage {
  readonly messages: readonly ArchivedMessage[];
  readonly end: ArchiveEnd;
}

interface RunningQuery {
  /** Whose archive was asked. */
  readonly of: string;
  readonly messages: ArchivedMessage[];
}

/** The message archive of our account (XEP-0313, paged by XEP-0059), and the asking of others' on which rooms rest. */
export class Archive {
  readonly #runtime: Runtime;
  /** Results of running queries. What belongs to none of them is not believed. */
  readonly #running = new Map<string, RunningQuery>();
  /** The page behind the one that the hub is storing now, so that the link is not idle meanwhile. Never more than one. */
  #ahead: { readonly after: Opaque; readonly page: Promise<ArchivePage> } | null = null;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Takes a message stanza that claims to be an archive result; false when it claims no such thing. */
  receive(stanza: Element): boolean {
    const archived = readArchived(stanza);
    if (archived === null) return stanza.getChild('result', 'urn:xmpp:mam:2') !== undefined;
    const from: unknown = stanza.attrs['from'] ?? this.#runtime.own;
    const query = this.#running.get(archived.queryId);
    // Only who was asked speaks for an archive, and only when asked (CVE-2019-16237, CVE-2020-26547).
    if (query === undefined || !speaksFor(from, query.of)) {
      this.#runtime.host.log('warn', 'xmpp-forged-archive-result');
    } else if (query.messages.length < MOST_RESULTS) query.messages.push(archived);
    return true;
  }

  /** What was missed since a cursor; without one, or when the archive has forgotten it, the newest page. */
  async catchUp(after: Opaque | null, signal: AbortSignal): Promise<Page> {
    if (after === null) return this.#newest('snapshot', signal);
    try {
      const page = await this.#after(after, signal);
      const cursor = edgeOf(page, false) ?? after;
      // An empty page that is not complete would make the hub ask the same again for ever.
      const finished = page.end.complete || page.messages.length === 0;
      if (!finished) this.#readAhead(cursor);
      return this.#page('archive', page, {
        cursor,
        next: finished ? null : cursor,
        reached: finished ? 'end' : null,
      });
    } catch (error) {
      const failure = asWireError(error);
      if (failure.condition !== 'item-not-found') throw failure; // XEP-0059: the id is not in the archive any more
      return this.#newest('archive', signal);
    }
  }

  #after(after: Opaque, signal: AbortSignal): Promise<ArchivePage> {
    const ahead = this.#ahead;
    this.#ahead = null;
    if (ahead?.after === after) return unlessAborted(ahead.page, signal);
    return this.#query({ ...(after === START ? {} : { after }), max: PAGE }, signal);
  }

  #readAhead(after: Opaque): void {
    const page = this.#query({ after, max: PAGE }, new AbortController().signal);
    page.catch(() => {}); // told to whoever takes it; the end of the stream tells of itself
    this.#ahead = { after, page };
  }

  /** A page of one conversation, with at least one message in it unless the end comes first. */
  async history(request: PageRequest, signal: AbortSignal): Promise<Page> {
    const { conversation, direction, gap } = request;
    const older = direction === 'older';
    const neighbour = request.anchor ?? (older ? gap?.before : gap?.after) ?? null;
    const max = Math.max(1, Math.min(request.limit, PAGE));
    let cursor = request.cursor ?? idOf(neighbour);
    let messages: readonly ArchivedMessage[] = [];
    let finished = false;
    // Archives keep receipts and markers too, sometimes pages of nothing else.
    for (let asked = 0; asked < MOST_SEARCHED && !finished && !messages.some(saysSomething); asked += 1) {
      const position = older ? { before: cursor ?? '' } : cursor === null ? {} : { after: cursor };
      const page = await this.#query({ with: conversation, max, ...position }, signal);
      messages = older ? [...page.messages, ...messages] : [...messages, ...page.messages];
      finished = page.end.complete || page.messages.length === 0;
      cursor = edgeOf(page, older) ?? cursor;
    }
    if (
      messages.length === 0 &&
      neighbour === null &&
      request.cursor === undefined &&
      !isPerson(conversation)
    ) {
      throw new WireError('stanza-error', `nothing is known of a conversation with ${conversation}`, {
        condition: 'item-not-found',
      });
    }
    const place: Place = { by: 'page', after: older ? null : neighbour, before: older ? neighbour : null };
    const gaps = gap === undefined ? [] : shrink(gap, messages, finished, this.#runtime.own, older);
    return {
      batch: { origin: 'archive', events: this.#map(messages, place), gaps },
      next: finished ? null : cursor,
      reached: finished ? (older ? 'start' : 'end') : null,
    };
  }

  /**
   * Looks for a message of ours by its id, from the newest back to a moment (milliseconds since 1970). Gives its key,
   * null when it is certainly not there, and undefined when it was not found in all that was looked through.
   */
  async find(
    peer: RemoteKey,
    claimed: string,
    since: number,
    signal: AbortSignal,
  ): Promise<RemoteKey | null | undefined> {
    let before = '';
    for (let searched = 0; searched < MOST_SEARCHED; searched += 1) {
      const { messages, end } = await this.#query(
        { with: peer, start: since - CLOCK_SKEW, before, max: PAGE },
        signal,
      );
      const found = messages.find(
        ({ message }) =>
          readClaimedId(message) === claimed && readDirection(message, this.#runtime.own)?.self === true,
      );
      if (found !== undefined) return formatMessageKey({ archiveId: found.archiveId, self: true, claimed });
      if (end.complete || messages.length === 0) return null;
      before = edgeOf({ messages, end }, true) ?? '';
    }
    return undefined;
  }

  async #newest(origin: 'snapshot' | 'archive', signal: AbortSignal): Promise<Page> {
    const page = await this.#query({ before: '', max: PAGE }, signal);
    const cursor = edgeOf(page, false) ?? START;
    // What lies between the stored history and this page is a hole in each conversation of the page.
    const gaps = origin === 'archive' && !page.end.complete ? openGaps(page.messages, this.#runtime.own) : [];
    return this.#page(origin, page, { cursor, next: null, reached: 'end' }, gaps);
  }

  #page(
    origin: 'snapshot' | 'archive',
    { messages }: ArchivePage,
    { cursor, next, reached }: { cursor: Opaque; next: Opaque | null; reached: Page['reached'] },
    gaps: readonly GapChange[] = [],
  ): Page {
    const events = this.#map(messages, { by: 'page', after: null, before: null });
    return { batch: { origin, events, cursors: { [accountScope]: cursor }, gaps }, next, reached };
  }

  #map(messages: readonly ArchivedMessage[], place: Place): Event[] {
    const events = mapArchive(messages, this.#context(place));
    this.#runtime.memory.sawKeys(events);
    return events;
  }

  #context(place: Place): Parameters<typeof mapArchive>[1] {
    const { own, memory } = this.#runtime;
    return {
      own,
      place,
      receivedAt: Date.now(),
      senderOf: (conversation, claimed) => memory.senderOf(conversation, claimed),
      isRoom: (address) => memory.rooms.has(address),
    };
  }

  #query(query: Omit<ArchiveQuery, 'queryId'>, signal: AbortSignal): Promise<ArchivePage> {
    return this.ask(this.#runtime.own, query, signal);
  }

  /** Asks an archive: our own by our bare address, or a room's. Rejects with WireError. */
  async ask(of: string, query: Omit<ArchiveQuery, 'queryId'>, signal: AbortSignal): Promise<ArchivePage> {
    const { stream, own } = this.#runtime;
    const queryId = crypto.randomUUID();
    const messages: ArchivedMessage[] = [];
    this.#running.set(queryId, { of, messages });
    try {
      const answer = await stream.request(
        'set',
        of === own ? null : of,
        writeArchiveQuery({ ...query, queryId }),
        signal,
      );
      return { messages, end: readArchiveEnd(answer) };
    } finally {
      this.#running.delete(queryId);
    }
  }
}

/** Whether an address is the one that was asked, however the server writes it. */
function speaksFor(from: unknown, of: string): boolean {
  return from === of || (typeof from === 'string' && addressesEqual(from, of));
}

/** A person may be silent; a server that never said anything is a mistake. */
function isPerson(conversation: RemoteKey): boolean {
  return (parseAddress(conversation)?.local ?? '') !== '';
}

/** Where the next page in the same direction begins. */
function edgeOf({ messages, end }: ArchivePage, older: boolean): string | null {
  return older
    ? (end.first ?? messages[0]?.archiveId ?? null)
    : (end.last ?? messages.at(-1)?.archiveId ?? null);
}

function saysSomething({ message }: ArchivedMessage): boolean {
  return readContent(message) !== null;
}

function idOf(key: RemoteKey | null): string | null {
  return key === null ? null : parseMessageKey(key).archiveId;
}

function keyOf({ archiveId, message }: ArchivedMessage, own: string): RemoteKey {
  const self = readDirection(message, own)?.self ?? false;
  return formatMessageKey({ archiveId, self, claimed: readClaimedId(message) });
}

/** One hole before the first message of each conversation. */
function openGaps(messages: readonly ArchivedMessage[], own: string): GapChange[] {
  const gaps = new Map<RemoteKey, GapChange>();
  for (const archived of messages) {
    const peer = readDirection(archived.message, own)?.peer;
    if (peer === undefined || gaps.has(peer)) continue;
    const before = keyOf(archived, own);
    const id = `archive ${peer} ${before}`;
    gaps.set(peer, { op: 'open', gap: { id, conversation: peer, after: null, before, token: null } });
  }
  return [...gaps.values()];
}

/** What a page leaves of the hole that it was asked for: nothing, or the same hole with a nearer edge. */
function shrink(
  gap: Gap,
  messages: readonly ArchivedMessage[],
  finished: boolean,
  own: string,
  older: boolean,
): GapChange[] {
  const edge = older ? messages[0] : messages.at(-1);
  const far = idOf(older ? gap.after : gap.before);
  const met = far !== null && messages.some(({ archiveId }) => archiveId === far);
  if (finished || met || edge === undefined) return [{ op: 'close', id: gap.id }];
  const key = keyOf(edge, own);
  return [{ op: 'open', gap: older ? { ...gap, before: key } : { ...gap, after: key } }];
}
