import { NatterError, toErrorData } from '../model/error.ts';
import type { BlobId } from '../model/ids.ts';
import type { BlobStore } from '../ports/blobs.ts';

/** A part of a blob, from `offset` to its end. */
export interface BlobPart {
  readonly blob: BlobId;
  readonly offset: number;
  readonly signal: AbortSignal;
}

/** Writes a stream of bytes into a blob; resolves when they are durable, rejects with a NatterError. */
export async function writeTo(
  blobs: Pick<BlobStore, 'write'>,
  { blob, offset, bytes, signal }: BlobPart & { readonly bytes: ReadableStream<Uint8Array> },
): Promise<void> {
  try {
    await bytes.pipeTo(await blobs.write(blob, offset), { signal });
  } catch (error) {
    throw asNatterError(error);
  }
}

/** A blob's bytes as a stream that ends with an error when `signal` aborts. */
export async function readFrom(
  blobs: Pick<BlobStore, 'read'>,
  { blob, offset, signal }: BlobPart,
): Promise<ReadableStream<Uint8Array>> {
  try {
    signal.throwIfAborted();
    const bytes = await blobs.read(blob, offset);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    // A failure is what the reader of the stream sees.
    bytes.pipeTo(writable, { signal }).catch(() => {});
    return readable;
  } catch (error) {
    throw asNatterError(error);
  }
}

function asNatterError(error: unknown): NatterError {
  return NatterError.isInstance(error) ? error : new NatterError(toErrorData(error));
}
