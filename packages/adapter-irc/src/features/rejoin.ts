import type { Opaque, RemoteKey } from '@natter/core/model';
import { isRefusal } from '../asks.ts';
import { refusal } from '../mapping/errors.ts';
import { isName } from '../mapping/keys.ts';
import { keyOf, type Runtime } from '../runtime.ts';
import { byteLength } from '../wire/format-line.ts';
import { param, type IrcLine } from '../wire/line.ts';
import type { Channels } from './channels.ts';
import { readRoom, ROOM_STATE, writeRoom, type Room } from './room-book.ts';

/** Bytes of names and keys in one JOIN. */
const JOIN_BYTES = 400;

/** Enters the channels of last time and those of the settings, many with one line: servers count lines. */
export class Rejoin {
  readonly #runtime: Runtime;
  readonly #channels: Channels;

  constructor(runtime: Runtime, channels: Channels) {
    this.#runtime = runtime;
    this.#channels = channels;
  }

  async enterAll(state: Readonly<Record<string, Opaque>>, signal: AbortSignal): Promise<void> {
    const { config, support } = this.#runtime;
    const rooms = new Map<RemoteKey, Room>();
    for (const text of Object.values(state)) {
      const room = readRoom(text);
      if (room !== null && isName(room.name)) rooms.set(keyOf(this.#runtime, room.name), room);
    }
    for (const name of config.join) {
      const address = support.isChannel(name) ? name : `#${name}`;
      if (isName(address) && !rooms.has(keyOf(this.#runtime, address)))
        rooms.set(keyOf(this.#runtime, address), { name: address, key: null });
    }
    const most = support.targets('JOIN');
    // A bouncer, or a server that keeps us there, has brought us into some already.
    const out = [...rooms].filter(([key]) => !this.#channels.all.has(key)).map(([, room]) => room);
    for (const piece of inPieces(out, most)) await this.#enter(piece, signal);
  }

  async #enter(rooms: readonly Room[], signal: AbortSignal): Promise<void> {
    const { host, asks, commits } = this.#runtime;
    const names = rooms.map(({ name }) => name).join(',');
    const keys = rooms.flatMap(({ key }) => (key === null ? [] : [key])).join(',');
    // Each refusal is about one of them: the others are in.
    const judge = (line: IrcLine): 'part' | null =>
      isRefusal(line) && rooms.some(({ name }) => this.#same(name, param(line, 1))) ? 'part' : null;
    const params = keys === '' ? [names] : [names, keys];
    try {
      const { lines } = await asks.ask({ command: 'JOIN', params, signal, judge });
      for (const room of rooms) {
        const no = lines.find((line) => isRefusal(line) && this.#same(room.name, param(line, 1)));
        if (this.#channels.get(room.name) === undefined) this.#notIn(room, no);
        else this.#remember(room);
      }
      await commits.flush();
    } catch (error) {
      if (!signal.aborted) host.log('warn', 'irc-channels-not-entered', { names, error: String(error) });
    }
  }

  /** A channel that lets us in no more is shown as left, and tried again at the next sign-in. */
  #notIn({ name }: Room, no: IrcLine | undefined): void {
    const { host, commits } = this.#runtime;
    const error = no === undefined ? 'no answer' : refusal(no).message;
    host.log('warn', 'irc-channel-not-entered', { name, error });
    if (no === undefined) return;
    const state = no.command === '474' ? 'banned' : 'left';
    const value = { kind: 'channel', state, title: name } as const;
    commits.add({ type: 'upsert', of: 'conversation', key: keyOf(this.#runtime, name), value });
  }

  #remember(room: Room): void {
    this.#runtime.commits.remember(ROOM_STATE + keyOf(this.#runtime, room.name), writeRoom(room));
  }

  #same(name: string, other: string): boolean {
    return keyOf(this.#runtime, name) === keyOf(this.#runtime, other);
  }
}

/** Those with keys first: the keys of a JOIN are for its first channels. */
function inPieces(rooms: readonly Room[], most: number): Room[][] {
  const pieces: Room[][] = [];
  let bytes = 0;
  for (const room of rooms.toSorted((a, b) => Number(a.key === null) - Number(b.key === null))) {
    const size = byteLength(room.name) + (room.key === null ? 0 : byteLength(room.key) + 1) + 1;
    const piece = pieces.at(-1);
    if (piece !== undefined && piece.length < most && bytes + size <= JOIN_BYTES) {
      piece.push(room);
      bytes += size;
    } else {
      pieces.push([room]);
      bytes = size;
    }
  }
  return pieces;
}
