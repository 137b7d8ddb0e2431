import type { SessionHost } from '@natter/core';
import type { AuthorizedApi } from '../authorized-api.ts';
import { isRoomId, isUserId } from '../mapping/keys.ts';
import { mutedRooms, readKeywords, type Keywords } from '../mapping/push-rules.ts';
import { WireError } from '../wire/error.ts';
import { getList, getMap, getText, isList, parseJson, type JsonMap } from '../wire/json.ts';
import type { Draft } from './draft.ts';

const PREFIX = 'account-data:';
/** Which rooms are direct conversations with whom (Matrix 1.16, section "Direct messaging"). */
export const DIRECT = 'm.direct';
/** Whom we ignore. */
export const IGNORED = 'm.ignored_user_list';
/** Names and groups that the user gave contacts; Matrix has no place for them, so they have one of natter's own. */
export const CONTACTS = 'im.natter.contacts';
const PUSH_RULES = 'm.push_rules';
const KNOWN: readonly string[] = [DIRECT, IGNORED, CONTACTS, PUSH_RULES];

/** What the user gave a contact. */
export interface OwnNames {
  readonly alias: string | null;
  readonly groups: readonly string[];
}

/** The account's own data on the server, as far as we read it. */
export class AccountData {
  readonly #api: AuthorizedApi;
  readonly #known = new Map<string, JsonMap>();
  #partners = new Map<string, string>();
  #muted: ReadonlySet<string> = new Set();
  #ignored: ReadonlySet<string> = new Set();
  #keywords: Keywords = { own: [], name: [] };
  /** Changes read and write the whole: one after the other, or the second undoes the first. */
  #changes: Promise<unknown> = Promise.resolve();

  constructor(api: AuthorizedApi) {
    this.#api = api;
  }

  /** Takes up what is stored. */
  async load(host: SessionHost): Promise<void> {
    this.#known.clear();
    const kept = await host.state(PREFIX);
    for (const type of KNOWN) {
      const text = kept[`${PREFIX}${type}`];
      if (text !== undefined) this.#known.set(type, readKept(text));
    }
    this.#index();
  }

  /** Takes in what a synchronisation tells. True when something that we read has changed. */
  take(draft: Draft, events: readonly JsonMap[]): boolean {
    let changed = false;
    for (const event of events) {
      const type = getText(event, 'type') ?? '';
      if (!KNOWN.includes(type)) continue;
      const content = getMap(event, 'content') ?? {};
      this.#known.set(type, content);
      draft.remember(`${PREFIX}${type}`, JSON.stringify(content));
      changed = true;
    }
    if (changed) this.#index();
    return changed;
  }

  /** With whom a room is a direct conversation; null when it is none. */
  partnerOf(roomId: string): string | null {
    return this.#partners.get(roomId) ?? null;
  }

  isMuted(roomId: string): boolean {
    return this.#muted.has(roomId);
  }

  /** What in a text concerns the user. */
  get keywords(): Keywords {
    return this.#keywords;
  }

  /** Whom we ignore. */
  ignored(): ReadonlySet<string> {
    return this.#ignored;
  }

  ownNames(userId: string): OwnNames {
    const entry = getMap(getMap(this.#known.get(CONTACTS), 'contacts'), userId);
    const groups = getList(entry, 'groups').filter((group) => typeof group === 'string');
    return { alias: getText(entry, 'alias') ?? null, groups: groups.slice(0, 100) };
  }

  /**
   * Reads, changes and writes data of the account, from the server and not from what we remember: another device may have
   * changed it since. Rejects with WireError.
   */
  change(type: string, change: (content: JsonMap) => JsonMap, signal: AbortSignal): Promise<void> {
    const work = async (): Promise<void> => {
      const path = ['client', 'v3', 'user', this.#api.userId, 'account_data', type];
      const before = await this.#api.call({ method: 'GET', path, signal }).catch(absent);
      const body = change(before);
      await this.#api.call({ method: 'PUT', path, body, signal });
      this.#known.set(type, type === IGNORED ? this.#withIgnored(body) : body);
      this.#index();
    };
    const done = this.#changes.then(work, work);
    this.#changes = done.catch(() => {}); // told to who asked for it
    return done;
  }

  /**
   * Who is let in again is heard once the synchronisation says so: what they said before is on its way still, and not every
   * server keeps it back.
   */
  #withIgnored(body: JsonMap): JsonMap {
    const users = (content: JsonMap | undefined): JsonMap => getMap(content, 'ignored_users') ?? {};
    const all = [...Object.entries(users(this.#known.get(IGNORED))), ...Object.entries(users(body))];
    return { ...body, ignored_users: Object.fromEntries(all) };
  }

  /** Makes a room a direct conversation with somebody. */
  addDirect(userId: string, roomId: string, signal: AbortSignal): Promise<void> {
    return this.change(
      DIRECT,
      (content) => {
        const rooms = getList(content, userId).filter(isRoomId);
        return rooms.includes(roomId) ? content : withEntry(content, userId, [...rooms, roomId]);
      },
      signal,
    );
  }

  #index(): void {
    this.#partners = new Map();
    for (const [userId, rooms] of Object.entries(this.#known.get(DIRECT) ?? {})) {
      if (!isUserId(userId) || !isList(rooms)) continue;
      for (const room of rooms) if (isRoomId(room)) this.#partners.set(room, userId);
    }
    const ignored = getMap(this.#known.get(IGNORED), 'ignored_users') ?? {};
    this.#ignored = new Set(Object.keys(ignored).filter(isUserId));
    const rules = this.#known.get(PUSH_RULES);
    this.#muted = new Set(mutedRooms(rules));
    this.#keywords = readKeywords(rules);
  }
}

/** A map with an entry set, or without it; built of entries, so that no name can be a trap. */
export function withEntry(map: JsonMap, name: string, value: JsonMap[string] | undefined): JsonMap {
  const others = Object.entries(map).filter(([each]) => each !== name);
  return Object.fromEntries(value === undefined ? others : [...others, [name, value]]);
}

function absent(error: unknown): JsonMap {
  if (error instanceof WireError && error.errcode === 'M_NOT_FOUND') return {};
  throw error;
}

function readKept(text: string): JsonMap {
  try {
    return parseJson(text, 100);
  } catch {
    return {}; // spoilt: the server tells it again when it changes
  }
}
