import type { SessionHost } from '@natter/core';
import type { JsonObject } from '@natter/core/model';
import type { Healed, Remember } from '../../encryption.ts';
import { readEvents, type RoomEvent } from '../../mapping/room-event.ts';
import { getText, parseJson } from '../../wire/json.ts';
import type { RoomKeyName } from './device-encryption.ts';

/** Events that wait for their key, in the adapter's own state: the room, the session and the event. */
const WAITING = 'sealed:';

/** What became of an event that was tried again; null when it cannot be read yet. */
export type OpenAgain = (room: string, event: RoomEvent) => Promise<RoomEvent | null>;

/** Encrypted events that could not be read, kept until their key comes. */
export class WaitingEvents {
  readonly #host: SessionHost;
  readonly #open: OpenAgain;

  constructor(host: SessionHost, open: OpenAgain) {
    this.#host = host;
    this.#open = open;
  }

  /** Keeps an event, in the transaction that stores it. */
  keep(room: string, event: RoomEvent, remember: Remember): void {
    const session = getText(event.content, 'session_id');
    if (event.id === null || session === undefined || session.length >= 200) return;
    remember(`${WAITING}${room} ${session} ${event.id}`, JSON.stringify(rawOf(event)));
  }

  /** What can be read by now: of one key, or of all of them. */
  async readable(key: RoomKeyName | null): Promise<readonly Healed[]> {
    const prefix = key === null ? WAITING : `${WAITING}${key.room} ${key.session} `;
    const healed: Healed[] = [];
    for (const [name, kept] of Object.entries(await this.#host.state(prefix))) {
      const [room = ''] = name.slice(WAITING.length).split(' ');
      const [event] = readEvents([parseJson(kept, 100)]);
      const opened = event === undefined ? null : await this.#open(room, event);
      if (opened !== null) healed.push({ room, event: opened, key: name });
    }
    return healed;
  }
}

/** The event as the server sent it, as far as it is needed to open it. */
export function rawOf({ id, type, sender, at, content }: RoomEvent): JsonObject {
  return { event_id: id, type, sender, origin_server_ts: at ?? 0, content };
}
