import type { RemoteKey } from '@natter/core/model';
import {
  readBookmarks,
  writeBookmark,
  writeBookmarksQuery,
  type Bookmark,
} from '../../mapping/rooms/bookmarks.ts';
import type { Runtime } from '../../runtime.ts';
import { asWireError } from '../../wire/error.ts';

/** The rooms that our devices share (XEP-0402). A server that keeps none leaves us with our own list. */
export class Bookmarks {
  readonly #runtime: Runtime;
  #known = new Map<RemoteKey, Bookmark>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Fetches them; null when the server keeps none. */
  async load(signal: AbortSignal): Promise<readonly Bookmark[] | null> {
    const { stream, server } = this.#runtime;
    if (!server.personal) return null;
    try {
      const list = readBookmarks(await stream.request('get', null, writeBookmarksQuery(), signal));
      this.#known = new Map(list.map((bookmark) => [bookmark.room, bookmark]));
      return list;
    } catch (error) {
      if (asWireError(error).code !== 'stanza-error') throw error;
      return null; // nothing was ever kept there
    }
  }

  /** Tells our other devices that we are in a room, or not any more. Best effort: our own list does not depend on it. */
  async set(room: RemoteKey, change: Partial<Omit<Bookmark, 'room'>>, signal: AbortSignal): Promise<void> {
    const { stream, host, server } = this.#runtime;
    if (!server.personal) return;
    const before = this.#known.get(room) ?? {
      room,
      nick: null,
      name: null,
      autojoin: false,
      extensions: null,
    };
    const bookmark = { ...before, ...change };
    try {
      await stream.request('set', null, writeBookmark(bookmark), signal);
      this.#known.set(room, bookmark);
    } catch (error) {
      host.log('info', 'xmpp-bookmark-refused', { condition: asWireError(error).condition });
    }
  }
}
