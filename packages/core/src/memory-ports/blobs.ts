import { errorData, NatterError, type BlobId } from '../model/index.ts';
import type { BlobStore } from '../ports/index.ts';

/** File bytes that live as long as the process. */
export function memoryBlobs(): BlobStore {
  const blobs = new Map<BlobId, readonly Uint8Array[]>();
  return {
    size(blob) {
      const chunks = blobs.get(blob);
      return Promise.resolve(chunks === undefined ? null : sizeOf(chunks));
    },
    read(blob, offset) {
      const chunks = blobs.get(blob);
      if (chunks === undefined) return Promise.reject(notFound(blob));
      return Promise.resolve(streamOf(chunks, offset));
    },
    write(blob, offset) {
      const present = blobs.get(blob) ?? [];
      if (offset > sizeOf(present)) return Promise.reject(beyondEnd(blob, offset, sizeOf(present)));
      const chunks = [...cut(present, 0, offset)];
      blobs.set(blob, chunks);
      return Promise.resolve(
        new WritableStream<Uint8Array>({
          write(chunk) {
            chunks.push(chunk.slice());
          },
        }),
      );
    },
    remove(blob) {
      blobs.delete(blob);
      return Promise.resolve();
    },
  };
}

function sizeOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((size, chunk) => size + chunk.length, 0);
}

function* cut(chunks: readonly Uint8Array[], from: number, to: number): Generator<Uint8Array<ArrayBuffer>> {
  let start = 0;
  for (const chunk of chunks) {
    const part = chunk.slice(Math.max(0, from - start), Math.max(0, to - start));
    if (part.length > 0) yield part;
    start += chunk.length;
  }
}

function streamOf(chunks: readonly Uint8Array[], offset: number): ReadableStream<Uint8Array> {
  const rest = cut(chunks, offset, Number.POSITIVE_INFINITY);
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = rest.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
  });
}

function notFound(blob: BlobId): NatterError {
  return new NatterError(
    errorData('not-found', `there is no file with the id ${blob}`, { scope: 'transfer' }),
  );
}

function beyondEnd(blob: BlobId, offset: number, size: number): NatterError {
  return new NatterError(
    errorData('invalid', `file ${blob} has ${size} bytes, writing cannot begin at ${offset}`, {
      scope: 'transfer',
    }),
  );
}
