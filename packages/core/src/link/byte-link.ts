import type { Methods, Streams } from '../client/manifest.ts';
import { errorData } from '../model/error.ts';
import { serveBlob } from './blob-channel.ts';
import { ByteReader } from './byte-duplex.ts';
import type { ByteDuplex } from './byte-duplex.ts';
import type { ClientLink } from './client-link.ts';
import type { Duplex } from './duplex.ts';
import { answerLimits, parseMessage, ProtocolViolation, requestLimits } from './guard.ts';
import type { Handlers } from './handlers.ts';
import { connectLink } from './json-link.ts';
import type { ConnectOptions } from './json-link.ts';
import type { MethodTable, StreamTable } from './manifest.ts';
import { serveLink } from './serve-link.ts';
import type { ServeOptions } from './serve-link.ts';
import { failure, wire } from './wire.ts';

/** A character takes at most three bytes of UTF-8 for each unit of its length in JavaScript. */
const BYTES_A_CHARACTER = 3;

/** One message a line over a connection of bytes, from where `reader` stands; `first` is a line that was read already. */
function lineDuplex(
  reader: ByteReader,
  writable: WritableStream<Uint8Array>,
  maxLength: number,
  first?: string,
): Duplex {
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  let onMessage: (text: string) => void = () => {};
  let onClose: (() => void) | undefined;
  let closed = false;
  let lastWrite: Promise<void> = Promise.resolve();
  const hangUp = (): void => {
    // Either direction may be gone already. A socket's writing side counts as closed only when its reading side is too.
    writer.close().catch(() => {});
    void reader.cancel();
  };
  const close = (): void => {
    if (closed) return;
    closed = true;
    lastWrite.then(hangUp, hangUp);
    onClose?.();
  };
  const read = async (): Promise<void> => {
    try {
      for (
        let line: string | null = first ?? (await reader.line(maxLength * BYTES_A_CHARACTER));
        line !== null && !closed;
        line = await reader.line(maxLength * BYTES_A_CHARACTER)
      ) {
        onMessage(line);
      }
    } catch (error) {
      if (error instanceof ProtocolViolation && !closed)
        send(JSON.stringify(failure(null, violation(error))));
    }
    close();
  };
  const send = (text: string): void => {
    // A write that fails shows as the end of the connection, which the reading side tells.
    if (closed) return;
    lastWrite = writer.write(encoder.encode(`${text}\n`));
    lastWrite.catch(() => close());
  };
  return {
    send,
    onMessage: (listener) => {
      onMessage = listener;
      void read();
    },
    onClose: (listener) => {
      onClose = listener;
      if (closed) listener();
    },
    close,
  };
}

function violation(error: ProtocolViolation): ReturnType<typeof errorData> {
  return errorData('protocol', error.message);
}

/**
 * Serves one accepted connection of bytes (a socket): the link, one JSON object a line, or the second channel of one
 * blob; its first line tells which. Never rejects; resolves when the connection is over or is being served.
 */
export async function serveConnection<M extends MethodTable<M> = Methods, S extends StreamTable<S> = Streams>(
  handlers: Handlers<M, S>,
  { readable, writable }: ByteDuplex,
  options: ServeOptions<M, S> = {},
): Promise<void> {
  const reader = new ByteReader(readable);
  const { maxLength, maxDepth } = options.limits ?? requestLimits;
  try {
    const first = await reader.line(maxLength * BYTES_A_CHARACTER);
    if (first === null) {
      await Promise.all([reader.cancel(), writable.close()]);
      return;
    }
    const asked = first.includes(wire.blob) ? parseMessage(first, { maxLength, maxDepth }) : undefined;
    if (asked?.['method'] === wire.blob) await serveBlob(handlers.blobs, asked, { reader, writable });
    else serveLink(handlers, lineDuplex(reader, writable, maxLength, first), options);
  } catch (error) {
    if (error instanceof ProtocolViolation) await refuse(writable, error);
    // A connection that failed before its first line has nobody to tell.
    else await writable.abort().catch(() => {});
    await reader.cancel();
  }
}

async function refuse(writable: WritableStream<Uint8Array>, error: ProtocolViolation): Promise<void> {
  const writer = writable.getWriter();
  const line = `${JSON.stringify(failure(null, violation(error)))}\n`;
  try {
    await writer.write(new TextEncoder().encode(line));
  } catch {
    // The other side has left without waiting for the answer.
  }
  // Not awaited: a socket's writing side counts as closed only when its reading side is too.
  writer.close().catch(() => {});
}

/** As {@link connectLink}, over connections of bytes to {@link serveConnection}: one for the link, one for each file. */
export function connectByteLink<M extends MethodTable<M> = Methods, S extends StreamTable<S> = Streams>(
  connect: () => Promise<ByteDuplex>,
  options: Omit<ConnectOptions<M, S>, 'connect' | 'connectBytes'> = {},
): Promise<ClientLink<M, S>> {
  const limit = (options.limits ?? answerLimits).maxLength;
  return connectLink<M, S>({
    ...options,
    connect: async () => {
      const { readable, writable } = await connect();
      return lineDuplex(new ByteReader(readable), writable, limit);
    },
    connectBytes: connect,
  });
}
