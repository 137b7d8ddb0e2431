import type { Socket } from 'node:net';
import type { Channel, ChannelEvents } from '../channel.ts';
import { WireError } from '../error.ts';

/** A connected TCP or TLS socket as a {@link Channel}. */
export class SocketChannel implements Channel {
  readonly #socket: Socket;
  readonly secure: boolean;
  #events: ChannelEvents | null = null;
  #ended: WireError | null = null;

  constructor(socket: Socket, secure: boolean) {
    this.#socket = socket;
    this.secure = secure;
    socket.setNoDelay(true);
    socket.on('error', this.#onError).on('close', this.#onClose);
  }

  listen(events: ChannelEvents): void {
    this.#events = events;
    this.#socket.on('data', this.#onData);
    this.#socket.resume();
    if (this.#ended !== null) events.ended(this.#ended);
  }

  write(text: string): void {
    if (this.#ended === null && this.#socket.writable) this.#socket.write(text);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    if (this.#ended === null) this.#socket.resume();
  }

  destroy(error: WireError): void {
    if (this.#ended !== null) return;
    this.#ended = error;
    this.#socket.off('data', this.#onData).off('error', this.#onError).off('close', this.#onClose);
    this.#socket.on('error', () => {}); // a reset after we have let go concerns nobody
    this.#socket.destroySoon();
    setImmediate(() => this.#socket.destroy());
    this.#events?.ended(error);
  }

  readonly #onData = (chunk: Uint8Array): void => this.#events?.bytes(chunk);

  readonly #onError = (error: Error): void => {
    this.destroy(new WireError('disconnected', `the connection broke: ${error.message}`, { cause: error }));
  };

  readonly #onClose = (): void => {
    this.destroy(new WireError('disconnected', 'the server closed the connection'));
  };
}
