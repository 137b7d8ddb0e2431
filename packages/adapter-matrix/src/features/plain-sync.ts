import { readSync, type SyncAnswer } from '../mapping/sync.ts';
import { WireError } from '../wire/error.ts';
import type { JsonMap } from '../wire/json.ts';
import { SlidingSync } from './sliding-sync.ts';
import type { SourceParts, SyncQuestion, SyncSource } from './sync-source.ts';

/** What we want to be told. Lazily loaded members come again with what they say, as we keep only a few of them. */
const FILTER: JsonMap = {
  room: {
    timeline: { limit: 30, lazy_load_members: true },
    state: { lazy_load_members: true, include_redundant_members: true },
  },
};
/** The way that every homeserver has (Matrix 1.18, section "Syncing"). */
export class PlainSync implements SyncSource {
  readonly presence = true;
  readonly forgetsIgnored = true;
  readonly #parts: SourceParts;

  constructor(parts: SourceParts) {
    this.#parts = parts;
  }

  owns(token: string): boolean {
    return !SlidingSync.gave(token);
  }

  async ask({ since, timeout, presence }: SyncQuestion, signal: AbortSignal): Promise<SyncAnswer> {
    const { api, limits } = this.#parts;
    const told = await api.call({
      method: 'GET',
      path: ['client', 'v3', 'sync'],
      query: {
        filter: JSON.stringify(FILTER),
        timeout: String(timeout),
        set_presence: presence,
        ...(since === null ? {} : { since }),
      },
      signal,
      watched: true,
      most: limits.syncBytes,
      silence: timeout + limits.silence,
    });
    const answer = readSync(told);
    if (answer === null) throw new WireError('protocol', 'the server synchronises without a token');
    return answer;
  }
}
