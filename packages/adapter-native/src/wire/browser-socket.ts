import type { Fault } from './fault.ts';
import type { OpenSocket, Socket, SocketListener, SocketOptions } from './socket.ts';

/**
 * Opens a socket by the browser's WebSocket. A page cannot stop a socket from reading, so what comes while paused is
 * queued, and too much of it ends the socket: the update log gives it again. Nor may it know why opening failed.
 */
export const openSocket: OpenSocket = (options, listener) => new BrowserSocket(options, listener);

class BrowserSocket implements Socket {
  readonly #socket: WebSocket;
  readonly #listener: SocketListener;
  readonly #maximumBytes: number;
  #queue: string[] = [];
  #queued = 0;
  #paused = false;
  #open = false;
  #over = false;
  #fault: Fault | null = null;

  constructor(options: SocketOptions, listener: SocketListener) {
    this.#listener = listener;
    this.#maximumBytes = options.maximumBytes;
    this.#socket = new WebSocket(options.url, [...options.subprotocols]);
    this.#socket.addEventListener('open', () => {
      this.#open = true;
      listener.opened();
    });
    this.#socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => this.#message(data));
    this.#socket.addEventListener('close', ({ code }) => this.#closed(code));
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    while (!this.#paused && this.#queue.length > 0) {
      const [text = ''] = this.#queue.splice(0, 1);
      this.#queued -= text.length;
      this.#listener.text(text);
    }
  }

  close(): void {
    this.#fault ??= { kind: 'closed', detail: 'closed by this side' };
    this.#socket.close();
  }

  /** A page cannot cut a socket; it forgets it, and the browser cleans up. */
  terminate(): void {
    this.close();
    this.#closed(0);
  }

  #message(data: unknown): void {
    if (this.#fault !== null) return;
    if (typeof data !== 'string')
      return this.#fail({ kind: 'protocol', detail: 'the server sent a binary frame' });
    if (data.length > this.#maximumBytes)
      return this.#fail({ kind: 'protocol', detail: 'the server sent a frame that is too large' });
    if (!this.#paused) return this.#listener.text(data);
    this.#queue.push(data);
    this.#queued += data.length;
    if (this.#queued > this.#maximumBytes)
      this.#fail({ kind: 'stalled', detail: 'more came than could be stored in time' });
  }

  #fail(fault: Fault): void {
    this.#fault = fault;
    this.#queue = [];
    this.#socket.close();
  }

  #closed(code: number): void {
    if (this.#over) return;
    this.#over = true;
    this.#queue = [];
    const detail = this.#open ? `the server closed the connection (${code})` : 'the server cannot be reached';
    this.#listener.closed(this.#fault ?? { kind: 'lost', detail });
  }
}
