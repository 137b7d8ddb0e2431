/**
 * The second channel: the bytes of one blob over a connection of their own. The client asks in one line,
 * `{"jsonrpc":"2.0","id":0,"method":"$/blob","params":{"direction","blob","offset"}}`. The bytes follow in chunks, each
 * with its length before it as four bytes, big end first; the length 0 ends them, so that a cut is never taken for an
 * end. One line answers: to a download before the chunks, to an upload when the bytes are durable.
 */
import { errorData, NatterError, toErrorData } from '../model/error.ts';
import type { BlobId } from '../model/ids.ts';
import type { BlobStore } from '../ports/blobs.ts';
import type { BlobPart } from './blob-copy.ts';
import { ByteReader } from './byte-duplex.ts';
import type { ByteDuplex } from './byte-duplex.ts';
import { isObject, parseMessage, ProtocolViolation, requestLimits } from './guard.ts';
import type { WireObject } from './guard.ts';
import { answer, failure, readFailure, request, wire } from './wire.ts';

const MOST_OF_A_CHUNK = 1 << 20;
const LONGEST_LINE = 1 << 16;
/** Milliseconds. */
const LONGEST_GOODBYE = 10_000;

/** Uploads over a new connection; resolves when the other side has the bytes durably. */
export async function uploadOver(
  connect: (() => Promise<ByteDuplex>) | undefined,
  { blob, offset, bytes, signal }: BlobPart & { readonly bytes: ReadableStream<Uint8Array> },
): Promise<void> {
  const channel = await openChannel(connect, signal);
  try {
    await channel.writeLine(request(0, wire.blob, { direction: 'upload', blob, offset }));
    const answered = channel.readAnswer();
    // A refusal may come while bytes are still going out; whichever fails first says why.
    await Promise.race([channel.writeChunks(bytes), answered.then(() => new Promise<never>(() => {}))]);
    await answered;
  } catch (error) {
    throw channel.failed(error);
  } finally {
    channel.close();
  }
}

/** Downloads over a new connection; resolves when the other side begins. */
export async function downloadOver(
  connect: (() => Promise<ByteDuplex>) | undefined,
  { blob, offset, signal }: BlobPart,
): Promise<ReadableStream<Uint8Array>> {
  const channel = await openChannel(connect, signal);
  try {
    await channel.writeLine(request(0, wire.blob, { direction: 'download', blob, offset }));
    await channel.readAnswer();
  } catch (error) {
    channel.close();
    throw channel.failed(error);
  }
  return channel.chunks();
}

/** Serves the second channel after its request line was read; never rejects. */
export async function serveBlob(
  blobs: Pick<BlobStore, 'read' | 'write'>,
  asked: WireObject,
  { reader, writable }: { readonly reader: ByteReader; readonly writable: WritableStream<Uint8Array> },
): Promise<void> {
  const channel = new BlobConnection(reader, writable, new AbortController().signal);
  try {
    const { direction, blob, offset } = blobRequest(asked);
    if (direction === 'download') {
      const bytes = await blobs.read(blob, offset);
      await channel.writeLine(answer(0, null));
      await channel.writeChunks(bytes);
    } else {
      // Where the bytes cannot be kept, the connection stays for saying why.
      await channel.chunks().pipeTo(await blobs.write(blob, offset), { preventCancel: true });
      await channel.writeLine(answer(0, null));
    }
  } catch (error) {
    // The other side may be gone; then there is nobody to tell.
    await channel.writeLine(failure(0, toErrorData(error))).catch(() => {});
  }
  await channel.hangUp();
}

function blobRequest({ params }: WireObject): {
  direction: 'upload' | 'download';
  blob: BlobId;
  offset: number;
} {
  const { direction, blob, offset } = isObject(params) ? params : {};
  if ((direction === 'upload' || direction === 'download') && typeof blob === 'string' && isOffset(offset)) {
    return { direction, blob: blob as BlobId, offset };
  }
  throw new NatterError(errorData('invalid', '$/blob takes a direction, a blob and an offset.'));
}

function isOffset(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

async function openChannel(
  connect: (() => Promise<ByteDuplex>) | undefined,
  signal: AbortSignal,
): Promise<BlobConnection> {
  if (connect === undefined) throw new NatterError(errorData('unsupported', 'This link carries no files.'));
  try {
    signal.throwIfAborted();
    const { readable, writable } = await connect();
    return new BlobConnection(new ByteReader(readable), writable, signal);
  } catch (error) {
    throw NatterError.isInstance(error) ? error : new NatterError(toErrorData(error));
  }
}

class BlobConnection {
  readonly #reader: ByteReader;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #signal: AbortSignal;
  readonly #onAbort = (): void => this.close();

  constructor(reader: ByteReader, writable: WritableStream<Uint8Array>, signal: AbortSignal) {
    this.#reader = reader;
    this.#writer = writable.getWriter();
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort);
  }

  async writeLine(message: WireObject): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(`${JSON.stringify(message)}\n`));
  }

  async readAnswer(): Promise<void> {
    const line = await this.#reader.line(LONGEST_LINE);
    if (line === null) throw cut();
    const message = parseMessage(line, requestLimits);
    if ('error' in message) throw new NatterError(readFailure(message['error']));
  }

  async writeChunks(bytes: ReadableStream<Uint8Array>): Promise<void> {
    await bytes.pipeTo(
      new WritableStream<Uint8Array>({
        write: async (chunk) => {
          for (let at = 0; at < chunk.length; at += MOST_OF_A_CHUNK) {
            await this.#writeChunk(chunk.subarray(at, at + MOST_OF_A_CHUNK));
          }
        },
        close: () => this.#writeChunk(new Uint8Array(0)),
      }),
      { signal: this.#signal },
    );
  }

  /** The chunks that come, as a stream; it fails when the connection ends before they do. */
  chunks(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        try {
          const chunk = await this.#readChunk();
          if (chunk.length > 0) controller.enqueue(chunk);
          else controller.close();
        } catch (error) {
          controller.error(this.failed(error));
        }
      },
      cancel: () => this.close(),
    });
  }

  /** The reason to give for a failure: the caller's own abort comes before what it broke. */
  failed(error: unknown): NatterError {
    if (this.#signal.aborted) {
      const { reason } = this.#signal as { reason: unknown };
      return NatterError.isInstance(reason) ? reason : new NatterError(errorData('aborted', 'cancelled'));
    }
    if (error instanceof ProtocolViolation) return new NatterError(errorData('protocol', error.message));
    return NatterError.isInstance(error) ? error : cut(error);
  }

  /** Ends our side, and lets the other one read what is on its way before the connection is torn down. */
  async hangUp(): Promise<void> {
    this.#writer.close().catch(() => {});
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, LONGEST_GOODBYE);
    // A connection that fails now has said everything it was to say.
    await Promise.race([this.#reader.drain(), late]).catch(() => {});
    clearTimeout(timer);
    this.close();
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    // Either direction may be gone already.
    this.#writer.close().catch(() => {});
    void this.#reader.cancel();
  }

  async #writeChunk(chunk: Uint8Array): Promise<void> {
    const framed = new Uint8Array(4 + chunk.length);
    new DataView(framed.buffer).setUint32(0, chunk.length);
    framed.set(chunk, 4);
    await this.#writer.write(framed);
  }

  async #readChunk(): Promise<Uint8Array> {
    const header = await this.#reader.block(4);
    if (header === null) throw cut();
    const length = new DataView(header.buffer, header.byteOffset, 4).getUint32(0);
    if (length > MOST_OF_A_CHUNK) throw new ProtocolViolation(`A chunk of ${length} bytes.`);
    const chunk = await this.#reader.block(length);
    if (chunk === null) throw cut();
    return chunk;
  }
}

function cut(cause?: unknown): NatterError {
  const parts = {
    retriable: true,
    certain: false,
    ...(cause !== undefined && { cause: toErrorData(cause) }),
  };
  return new NatterError(errorData('network', 'The connection ended before the file did.', parts));
}
