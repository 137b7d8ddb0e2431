import { readSlidingSync, writeSlidingSync, type SlidingPosition } from '../mapping/sliding-sync.ts';
import type { SyncAnswer } from '../mapping/sync.ts';
import { WireError } from '../wire/error.ts';
import { getText, parseJson } from '../wire/json.ts';
import type { SourceParts, SyncQuestion, SyncSource } from './sync-source.ts';

const PREFIX = 'sliding:';
/** Rooms that are asked for first, and by how much the window grows until all are in it. */
const FIRST = 50;
const GROWTH = 4;
const MOST_ROOMS = 1_000_000;
const NOWHERE: SlidingPosition = { position: null, toDevice: null };

/**
 * Sliding synchronisation (MSC4186, as `org.matrix.simplified_msc3575`): a window over the rooms where something happened
 * last grows until all are in it, so that no answer is larger than it need be.
 */
export class SlidingSync implements SyncSource {
  readonly presence = false; // MSC4186 leaves it to another proposal
  /** A room is told from where it was told last, so what was kept back comes with what is said next. */
  readonly forgetsIgnored = false;
  readonly #parts: SourceParts;
  #rooms = FIRST;
  /** How far messages to this device were read, also when the server has forgotten the connection. */
  #toDevice: string | null = null;

  constructor(parts: SourceParts) {
    this.#parts = parts;
  }

  /** Whether a token was given by this way. */
  static gave(token: string): boolean {
    return token.startsWith(PREFIX);
  }

  owns(token: string): boolean {
    return SlidingSync.gave(token);
  }

  async ask({ since, timeout, presence }: SyncQuestion, signal: AbortSignal): Promise<SyncAnswer> {
    const { api, limits } = this.#parts;
    const before = since === null ? { ...NOWHERE, toDevice: this.#toDevice } : readPosition(since);
    this.#toDevice = before.toDevice;
    const { position } = before;
    if (position === null) this.#rooms = FIRST;
    const told = await api.call({
      method: 'POST',
      path: ['client', 'unstable', 'org.matrix.simplified_msc3575', 'sync'],
      query: {
        timeout: String(timeout),
        set_presence: presence,
        ...(position === null ? {} : { pos: position }),
      },
      body: writeSlidingSync(this.#rooms, before),
      signal,
      watched: true,
      most: limits.syncBytes,
      silence: timeout + limits.silence,
    });
    const read = readSlidingSync(told, api.userId, before);
    if (read === null) throw new WireError('protocol', 'the server synchronises without a position');
    const more = read.count > this.#rooms && this.#rooms < MOST_ROOMS;
    if (more) this.#rooms = Math.min(this.#rooms * GROWTH, MOST_ROOMS);
    return { ...read.answer, next: PREFIX + JSON.stringify(read.position), more };
  }
}

function readPosition(token: string): SlidingPosition {
  try {
    const map = parseJson(token.slice(PREFIX.length), 3);
    return { position: getText(map, 'position') ?? null, toDevice: getText(map, 'toDevice') ?? null };
  } catch {
    return NOWHERE; // spoilt: everything is told anew
  }
}
