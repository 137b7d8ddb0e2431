import type { AccountId, BlobId } from './ids.ts';

/** What a file is to a person. */
export type AttachmentKind = 'image' | 'audio' | 'video' | 'file';

/** A file of a message. Everything but `kind` and `blob` is data from the network, and the name is never a path. */
export interface Attachment {
  readonly kind: AttachmentKind;
  readonly name: string;
  readonly mediaType: string;
  /** Bytes; `null` when not told. What is told is checked while fetching, never trusted. */
  readonly size: number | null;
  /** Pixels. */
  readonly width: number | null;
  readonly height: number | null;
  /** Milliseconds, of audio and video. */
  readonly duration: number | null;
  /** `sha-256:` and hex, when told. */
  readonly hash: string | null;
  /** What the adapter needs to fetch the bytes; opaque; `null` for one that is still to be sent. */
  readonly remote: string | null;
  readonly thumbnail: { readonly remote: string; readonly mediaType: string } | null;
  /** The local copy, once there is one. */
  readonly blob: BlobId | null;
}

/** How a transfer stands. */
export interface Transfer {
  readonly account: AccountId;
  readonly blob: BlobId;
  readonly direction: 'upload' | 'download';
  readonly transferred: number;
  /** `null` when not known. */
  readonly total: number | null;
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
}
