import type { RemoteKey } from '@natter/core/model';
import { readItemsAnswer, writeItemsQuery } from '../../mapping/personal.ts';
import { goneBookmark, readBookmark, writeBookmark, type Bookmark } from '../../mapping/rooms/bookmarks.ts';
import type { Runtime } from '../../runtime.ts';
import { asWireError } from '../../wire/error.ts';
import { NS } from '../../wire/namespaces.ts';
import { publishPrivately } from '../private-lists.ts';

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
      const answer = await stream.request('get', null, writeItemsQuery(NS.bookmarks), signal);
      const list = readItemsAnswer(answer)
        .map(readBookmark)
        .filter((each) => each !== null);
      this.#known = new Map(list.map((bookmark) => [bookmark.room, bookmark]));
      return list;
    } catch (error) {
      if (asWireError(error).code !== 'stanza-error') throw error;
      return null; // nothing was ever kept there
    }
  }

  /** Another device of ours has changed one. */
  changed(bookmark: Bookmark): void {
    this.#known.set(bookmark.room, bookmark);
  }

  /** Tells our other devices that we are in a room, or not any more. Best effort: our own list does not depend on it. */
  async set(room: RemoteKey, change: Partial<Omit<Bookmark, 'room'>>, signal: AbortSignal): Promise<void> {
    const { stream, host, server } = this.#runtime;
    if (!server.personal) return;
    const before = this.#known.get(room) ?? goneBookmark(room);
    const bookmark = { ...before, ...change };
    try {
      await publishPrivately(stream, NS.bookmarks, writeBookmark(bookmark), signal);
      this.#known.set(room, bookmark);
    } catch (error) {
      host.log('info', 'xmpp-bookmark-refused', { condition: asWireError(error).condition });
    }
  }
}
