import type { JsonObject, Opaque, RemoteKey } from '../model/index.ts';
import type { Batch, Gap } from './batch.ts';
import type { MessageIn } from './event.ts';

/** What page of one conversation's history is wanted. */
export interface PageRequest {
  readonly conversation: RemoteKey;
  /** Only this thread. */
  readonly thread?: RemoteKey;
  /** To fill this hole; the answer's batch shrinks or closes it. */
  readonly gap?: Gap;
  /** The stored message next to which the page lies: older than it, or newer. */
  readonly anchor?: RemoteKey;
  /** From the page before, {@link Page.next}. */
  readonly cursor?: Opaque;
  readonly direction: 'older' | 'newer';
  /** A wish; adapters may give fewer or more. */
  readonly limit: number;
}

/** A page, uncommitted: the hub commits its batch. Items are oldest to newest whatever the direction. */
export interface Page {
  readonly batch: Batch;
  /** To go on in the same direction; `null` when there is nothing more. */
  readonly next: Opaque | null;
  /** Which end of the history this page touches. */
  readonly reached: 'start' | 'end' | null;
}

/** Questions with answers that are not stored by themselves: argument and answer of each. */
export interface Queries {
  /** What an address that a person typed means on this network. */
  resolve: [
    address: string,
    answer: { readonly contact: RemoteKey; readonly address: string; readonly name: string | null } | null,
  ];
  members: [argument: { readonly conversation: RemoteKey; readonly cursor?: Opaque }, answer: Page];
  /** Public rooms that fit the text. */
  rooms: [
    argument: { readonly text: string; readonly cursor?: Opaque },
    answer: { readonly items: readonly RoomListing[]; readonly next: Opaque | null },
  ];
  /** Messages that the server finds: all words occur in them. Newest first; nothing of them is stored by it. */
  search: [
    argument: {
      readonly text: string;
      readonly conversation?: RemoteKey;
      readonly limit: number;
      readonly cursor?: Opaque;
    },
    answer: { readonly items: readonly MessageListing[]; readonly next: Opaque | null },
  ];
  /** Our signed-in devices. */
  devices: [argument: Readonly<Record<string, never>>, answer: readonly DeviceListing[]];
  /** Signs another device of ours out; it must sign in by password again. */
  'revoke-device': [device: string, answer: null];
  /** A contact's profile, for display. */
  profile: [contact: RemoteKey, answer: JsonObject];
}

/** A message that a server has found. */
export interface MessageListing {
  readonly conversation: RemoteKey;
  readonly message: MessageIn;
}

/** A device that is signed in to our account. */
export interface DeviceListing {
  /** What the network calls it. */
  readonly id: string;
  readonly name: string | null;
  /** It is the one that asks. */
  readonly current: boolean;
  readonly connected: boolean;
  /** Milliseconds since 1970. */
  readonly createdAt: number | null;
  readonly seenAt: number | null;
}

/** A public room in a directory. */
export interface RoomListing {
  readonly address: string;
  readonly name: string | null;
  readonly topic: string | null;
  readonly members: number | null;
}
