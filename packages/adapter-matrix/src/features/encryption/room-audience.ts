import type { AuthorizedApi } from '../../authorized-api.ts';
import { isUserId } from '../../mapping/keys.ts';
import { readEvents } from '../../mapping/room-event.ts';
import { WireError } from '../../wire/error.ts';
import { get, getList, getText, type JsonMap } from '../../wire/json.ts';
import type { Encryptable } from './room-encryptor.ts';

/** For whom something in a room is encrypted. */
export type Audience = Pick<Encryptable, 'recipients' | 'visibility'>;

/** Who may read in the rooms that we speak in, asked for once and again when something has changed. */
export class RoomAudiences {
  readonly #api: AuthorizedApi;
  readonly #known = new Map<string, Audience>();
  /** Changes so far; an answer that crossed one may be old. */
  #changes = 0;

  constructor(api: AuthorizedApi) {
    this.#api = api;
  }

  changed(room: string): void {
    this.#changes += 1;
    this.#known.delete(room);
  }

  /** Rejects with WireError. */
  async of(room: string, signal: AbortSignal): Promise<Audience> {
    const known = this.#known.get(room);
    if (known !== undefined) return known;
    const changes = this.#changes;
    const path = ['client', 'v3', 'rooms', room];
    const query = { not_membership: 'leave' };
    const answer = await this.#api.call({ method: 'GET', path: [...path, 'members'], query, signal });
    const told = await this.#api
      .call({ method: 'GET', path: [...path, 'state', 'm.room.history_visibility'], signal })
      .catch(absent);
    const visibility = getText(told, 'history_visibility') ?? 'shared';
    const invited = visibility !== 'joined';
    const recipients = readEvents(getList(answer, 'chunk')).flatMap(({ stateKey, content }) => {
      const membership = get(content, 'membership');
      const reads = membership === 'join' || (invited && membership === 'invite');
      return reads && isUserId(stateKey) ? [stateKey] : [];
    });
    const audience = { recipients, visibility };
    if (changes === this.#changes) this.#known.set(room, audience);
    return audience;
  }
}

function absent(error: unknown): JsonMap {
  if (error instanceof WireError && error.status === 404) return {};
  throw error;
}
