import type { Opaque, RemoteKey, ScopeKey } from '../model/index.ts';
import type { Event } from './event.ts';

/**
 * What the hub stores in ONE transaction: events, the cursors that cover them, gaps, and the adapter's own state. A crash
 * at any point replays batches, and replays are harmless.
 */
export interface Batch {
  /**
   * `live`: as it happens. `archive`: pages of history, and of catch-up with what was missed. `snapshot`: what is so now
   * (a roster, a room list, the old messages that a first synchronisation brings); its messages are not news, so they
   * count as read and `natter watch` does not tell them.
   */
  readonly origin: 'live' | 'archive' | 'snapshot';
  /** In the order in which they happened. */
  readonly events: readonly Event[];
  /**
   * Only as far as stored history is contiguous. While the hub catches up a scope, what live batches say of that scope's
   * cursor is not taken.
   */
  readonly cursors?: Readonly<Record<ScopeKey, Opaque | null>>;
  readonly gaps?: readonly GapChange[];
  /** The adapter's own durable state: stream management counters, roster version, STS policy. `null` removes a key. */
  readonly state?: Readonly<Record<string, Opaque | null>>;
}

/** Opens or closes a {@link Gap}, in the same transaction as the rows beside it. */
export type GapChange =
  | { readonly op: 'open'; readonly gap: Gap }
  | { readonly op: 'close'; readonly id: string };

/** A known hole in the stored history of a conversation. */
export interface Gap {
  /** Chosen by the adapter, unique in its account; the same hole gets the same id when a batch is replayed. */
  readonly id: string;
  readonly conversation: RemoteKey;
  /** The last stored message before the hole; `null` for the start. */
  readonly after: RemoteKey | null;
  /** The first stored message behind the hole; `null` for the end. */
  readonly before: RemoteKey | null;
  /** What the adapter needs to fetch it. */
  readonly token: Opaque | null;
}

/** The scope of the account-wide catch-up (capability `catchUp: 'account'`). */
export const accountScope: ScopeKey = 'account';

/** The scope of one conversation's catch-up (capability `catchUp: 'conversation'`). */
export function conversationScope(conversation: RemoteKey): ScopeKey {
  return `conv:${conversation}`;
}
