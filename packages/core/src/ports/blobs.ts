import type { BlobId } from '../model/index.ts';

/** Where file bytes live, beside the store. Rejects with NatterErrors of code `not-found` and `storage`. */
export interface BlobStore {
  /** How many bytes are there; `null` for an unknown blob. */
  size(blob: BlobId): Promise<number | null>;
  /** The bytes from an offset on. */
  read(blob: BlobId, offset: number): Promise<ReadableStream<Uint8Array>>;
  /** Writes from an offset, cutting what was behind it; closing the stream makes the bytes durable. */
  write(blob: BlobId, offset: number): Promise<WritableStream<Uint8Array>>;
  /** Forgets the bytes; an unknown blob is none the worse. */
  remove(blob: BlobId): Promise<void>;
}
