import type { Event } from '@natter/core';
import { remoteKey, type Opaque, type RemoteKey, type Target } from '@natter/core/model';
import { Element } from '@xmpp/xml';
import { formatMessageKey, formatRoomMessageKey, parseMessageKey } from '../mapping/keys.ts';
import { readClaimedId, readDirection, readStanzaId } from '../mapping/message.ts';
import {
  readItemsAnswer,
  writeItemsQuery,
  type PersonalEvent,
  type PersonalItem,
} from '../mapping/personal.ts';
import type { Runtime } from '../runtime.ts';
import { bareAddress } from '../wire/address.ts';
import { asWireError } from '../wire/error.ts';
import { NS } from '../wire/namespaces.ts';
import type { Archive } from './archive.ts';
import { lookUp } from './archive-lookup.ts';
import { publishPrivately } from './private-lists.ts';
import type { Published, Subscriber } from './personal-events.ts';

/** What of our devices' read positions is known here, by conversation. */
const PREFIX = 'displayed:';
/** Conversations whose position is looked up at the beginning of a session. */
const MOST_LOOKED_UP = 50;

/** How far our devices have read, each conversation (XEP-0490). */
export class Displayed {
  readonly #runtime: Runtime;
  readonly #archive: Archive;
  readonly subscriber: Subscriber;
  #known: Map<RemoteKey, string> = new Map();

  constructor(runtime: Runtime, archive: Archive) {
    this.#runtime = runtime;
    this.#archive = archive;
    this.subscriber = { node: NS.displayed, own: true, take: (_, event) => this.#published(event) };
  }

  /** Catches up with what other devices have read while we were away. */
  async load(signal: AbortSignal): Promise<void> {
    const { stream, host, server, commits } = this.#runtime;
    if (!server.personal) return;
    for (const [key, id] of Object.entries(await host.state(PREFIX)))
      this.#known.set(remoteKey(key.slice(PREFIX.length)), id);
    try {
      const answer = await stream.request('get', null, writeItemsQuery(NS.displayed), signal);
      const news = readItemsAnswer(answer)
        .map((item) => this.#read(item))
        .filter((each) => each !== null && this.#known.get(each.conversation) !== each.id);
      const positions = news.filter((each) => each !== null).slice(0, MOST_LOOKED_UP);
      const keys = await this.#keysOf(positions, signal);
      const events = positions.flatMap(({ conversation, id }) => this.#marker(conversation, keys.get(id)));
      const state = Object.fromEntries(positions.map(({ conversation, id }) => [PREFIX + conversation, id]));
      if (positions.length > 0) await commits.batch({ origin: 'archive', events, state });
      for (const { conversation, id } of positions) this.#known.set(conversation, id);
    } catch (error) {
      if (asWireError(error).code !== 'stanza-error') throw error; // nothing was ever kept there
    }
  }

  /** Tells our other devices that we have read up to a message. Best effort: the next time tells more. */
  async publish(conversation: RemoteKey, upTo: Target, signal: AbortSignal): Promise<void> {
    const { stream, server, own, memory, host, commits } = this.#runtime;
    const room = memory.rooms.get(conversation);
    if (!server.personal || !('stable' in upTo)) return;
    const id = parseMessageKey(upTo.stable).archiveId;
    if (id === '' || this.#known.get(conversation) === id) return;
    const payload = new Element('displayed', { xmlns: NS.displayed });
    payload.c('stanza-id', { xmlns: NS.stanzaIds, by: room === undefined ? own : room.address, id });
    const item = { id: conversation, payload };
    try {
      await publishPrivately(stream, NS.displayed, item, signal);
      this.#known.set(conversation, id);
      await commits.batch({ origin: 'live', events: [], state: { [PREFIX + conversation]: id } });
    } catch (error) {
      host.log('info', 'xmpp-displayed-refused', { condition: asWireError(error).condition });
    }
  }

  #published({ items }: PersonalEvent): Published | null {
    const state: Record<string, Opaque> = {};
    const events: Event[] = [];
    for (const item of items) {
      const position = this.#read(item);
      if (position === null || this.#known.get(position.conversation) === position.id) continue;
      const { conversation, id } = position;
      const key = this.#runtime.memory.keyOf(conversation, id);
      if (key === null && !this.#isRoom(conversation)) continue; // the next session looks it up
      this.#known.set(conversation, id);
      state[PREFIX + conversation] = id;
      events.push(...this.#marker(conversation, key ?? undefined));
    }
    return events.length === 0 ? null : { events, state };
  }

  /** An id counts only `by` whom it must be from: our account, or the room. */
  #read({ id: item, payload }: PersonalItem): { conversation: RemoteKey; id: string } | null {
    const address = bareAddress(item);
    if (address === null || payload?.is('displayed', NS.displayed) !== true) return null;
    const conversation = remoteKey(address);
    const id = readStanzaId(payload, this.#isRoom(conversation) ? address : this.#runtime.own);
    return id === null ? null : { conversation, id };
  }

  #isRoom(conversation: RemoteKey): boolean {
    return this.#runtime.memory.rooms.has(conversation);
  }

  #marker(conversation: RemoteKey, key: RemoteKey | undefined): Event[] {
    if (key === undefined) return [];
    const { own } = this.#runtime;
    const who = { key: remoteKey(own), self: true, contact: null, name: null, proof: 'account' } as const;
    return [{ type: 'marker', conversation, who, kind: 'read', upTo: { stable: key } }];
  }

  /** Our keys hold more than the archive's id: what this process has not seen, the archive is asked for. */
  async #keysOf(
    positions: readonly { conversation: RemoteKey; id: string }[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, RemoteKey>> {
    const { memory, own } = this.#runtime;
    const keys = new Map<string, RemoteKey>();
    const unknown: string[] = [];
    for (const { conversation, id } of positions) {
      const key = this.#isRoom(conversation) ? formatRoomMessageKey(id) : memory.keyOf(conversation, id);
      if (key === null) unknown.push(id);
      else keys.set(id, key);
    }
    for (const { archiveId, message } of await lookUp(this.#archive, this.#runtime, unknown, signal)) {
      const self = readDirection(message, own)?.self ?? false;
      keys.set(archiveId, formatMessageKey({ archiveId, self, claimed: readClaimedId(message) }));
    }
    return keys;
  }
}
