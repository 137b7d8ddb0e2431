import { isLoopback } from '@natter/wire';
import { WireError } from './error.ts';
import { SUBPROTOCOL, type FrameEvents, type FrameSocket } from './frame-socket.ts';

/** Opens the platform's own WebSocket, whose certificates the platform verifies. Rejects with WireError. */
export async function openBrowserSocket(
  url: string,
  time: number,
  signal: AbortSignal,
): Promise<FrameSocket> {
  const socket = new WebSocket(url, SUBPROTOCOL);
  const frames = new Frames(socket);
  try {
    await opened(socket, time, signal);
  } catch (error) {
    frames.destroy();
    throw error;
  }
  return frames;
}

function opened(socket: WebSocket, time: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const settle = (error: WireError | null): void => {
      clearTimeout(timer);
      over.abort();
      if (error === null) resolve();
      else reject(error);
    };
    const fail = (message: string): void => settle(new WireError('connect-failed', message));
    const timer = setTimeout(
      () => settle(new WireError('timeout', `${socket.url} did not answer in time`)),
      time,
    );
    const once = { signal: over.signal };
    const abort = (): void => settle(new WireError('aborted', 'the connection was given up'));
    socket.addEventListener('close', () => fail(`could not connect to ${socket.url}`), once);
    socket.addEventListener(
      'open',
      () => {
        if (socket.protocol === SUBPROTOCOL) settle(null);
        else fail(`what answers at ${socket.url} does not speak XMPP`);
      },
      once,
    );
    signal.addEventListener('abort', abort, once);
    if (signal.aborted) abort();
  });
}

/** The frames of a platform's WebSocket. */
class Frames implements FrameSocket {
  readonly #socket: WebSocket;
  readonly #over = new AbortController();
  readonly #early: string[] = [];
  #events: FrameEvents | null = null;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    const until = { signal: this.#over.signal };
    socket.addEventListener('message', (event) => this.#take(event), until);
    socket.addEventListener('close', () => this.#closed(), until);
  }

  get secure(): boolean {
    return this.#socket.url.startsWith('wss:');
  }

  get loopback(): boolean {
    return isLoopback(new URL(this.#socket.url).hostname);
  }

  listen(events: FrameEvents): void {
    this.#events = events;
    for (const frame of this.#early.splice(0)) events.text(frame);
    if (this.#socket.readyState === WebSocket.CLOSED) this.#closed();
  }

  send(frame: string): void {
    this.#socket.send(frame);
  }

  /** A browser cannot stop reading: the frames wait in the channel. */
  pause(): void {}

  resume(): void {}

  destroy(): void {
    this.#over.abort();
    this.#socket.close();
  }

  /** RFC 7395 section 3.2: text only; an empty text is no stanza, and so ends the stream. */
  #take({ data }: MessageEvent<unknown>): void {
    const frame = typeof data === 'string' ? data : '';
    if (this.#events === null) this.#early.push(frame);
    else this.#events.text(frame);
  }

  #closed(): void {
    this.#events?.closed('the server closed the connection');
  }
}
