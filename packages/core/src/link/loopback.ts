import type { Methods, Streams } from '../client/manifest.ts';
import type { ByteDuplex } from './byte-duplex.ts';
import { ByteReader } from './byte-duplex.ts';
import { serveBlob } from './blob-channel.ts';
import type { ClientLink } from './client-link.ts';
import type { Duplex } from './duplex.ts';
import { parseMessage, requestLimits } from './guard.ts';
import type { Handlers } from './handlers.ts';
import { connectLink } from './json-link.ts';
import type { ConnectOptions } from './json-link.ts';
import type { MethodTable, StreamTable } from './manifest.ts';
import { serveLink } from './serve-link.ts';

/** How a loopback behaves. */
export interface LoopbackOptions {
  /** Milliseconds that each end needs to read one message, one after another; default 0. */
  readonly delay?: number;
}

/** Two ends in memory: what one sends, the other reads, as text, later, and one message at a time. */
export function loopback({ delay = 0 }: LoopbackOptions = {}): readonly [Duplex, Duplex] {
  const a = new LoopbackEnd(delay);
  const b = new LoopbackEnd(delay);
  a.peer = b;
  b.peer = a;
  return [a, b];
}

class LoopbackEnd implements Duplex {
  peer: LoopbackEnd | undefined;
  readonly #delay: number;
  readonly #inbox: (string | null)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #onMessage: ((text: string) => void) | undefined;
  #onClose: (() => void) | undefined;
  #closed = false;

  constructor(delay: number) {
    this.#delay = delay;
  }

  send(text: string): void {
    if (!this.#closed) this.peer?.deliver(text);
  }

  onMessage(listener: (text: string) => void): void {
    this.#onMessage = listener;
    this.#read();
  }

  onClose(listener: () => void): void {
    this.#onClose = listener;
    if (this.#closed) listener();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.peer?.deliver(null);
    this.#onClose?.();
  }

  deliver(message: string | null): void {
    if (this.#closed) return;
    this.#inbox.push(message);
    this.#read();
  }

  #read(): void {
    if (
      this.#timer !== undefined ||
      this.#closed ||
      this.#onMessage === undefined ||
      this.#inbox.length === 0
    )
      return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const message = this.#inbox.shift();
      if (message === null) this.close();
      else if (message !== undefined) this.#onMessage?.(message);
      this.#read();
    }, this.#delay);
  }
}

/** A link over a loopback that can be cut. */
export interface SlowJsonLink<
  M extends MethodTable<M> = Methods,
  S extends StreamTable<S> = Streams,
> extends ClientLink<M, S> {
  /** Cuts the present connection, as a lost network would; the link dials again. */
  cut(): void;
}

/**
 * A link to handlers of the same process through text: everything is turned into JSON and back, and each message takes
 * `delay` milliseconds to be read. Every client test runs over this too, beside {@link directLink}: what does not
 * survive JSON, or needs an answer in the same tick, shows here.
 */
export async function slowJsonLink<M extends MethodTable<M> = Methods, S extends StreamTable<S> = Streams>(
  handlers: Handlers<M, S>,
  options: LoopbackOptions & Pick<ConnectOptions<M, S>, 'manifest' | 'redial'> = {},
): Promise<SlowJsonLink<M, S>> {
  const { manifest, redial = { base: 1, cap: 10 } } = options;
  let present: Duplex | undefined;
  const link = await connectLink<M, S>({
    ...(manifest !== undefined && { manifest }),
    redial,
    connect: async () => {
      const [near, far] = loopback(options);
      present = far;
      serveLink(handlers, far, manifest === undefined ? {} : { manifest });
      return near;
    },
    connectBytes: async () => byteLoopback(handlers),
  });
  return Object.assign(link, { cut: () => present?.close() });
}

function byteLoopback(handlers: { readonly blobs: Handlers['blobs'] }): ByteDuplex {
  const up = new TransformStream<Uint8Array, Uint8Array>();
  const down = new TransformStream<Uint8Array, Uint8Array>();
  const serve = async (): Promise<void> => {
    const reader = new ByteReader(up.readable);
    const line = await reader.line(requestLimits.maxLength);
    if (line !== null)
      await serveBlob(handlers.blobs, parseMessage(line, requestLimits), { reader, writable: down.writable });
  };
  void serve();
  return { readable: down.readable, writable: up.writable };
}
