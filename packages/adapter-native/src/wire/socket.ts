import type { Fault } from './fault.ts';

/** How a socket is opened. */
export interface SocketOptions {
  /** `ws:` or `wss:`. */
  readonly url: string;
  /** Most wanted first; the server has to choose one of them. */
  readonly subprotocols: readonly string[];
  /** Certificate authorities in PEM, in place of the system's. Browsers cannot take one. */
  readonly ca?: string;
  /** Most bytes of one frame; a longer one ends the socket before it is held in memory. */
  readonly maximumBytes: number;
}

/** What happens on a socket. After `closed` nothing more is called. */
export interface SocketListener {
  opened(): void;
  /** A text frame. */
  text(text: string): void;
  /** Bytes came, perhaps of a large frame that takes a while; where the platform tells of them. */
  heard(): void;
  /** The socket is gone, with all that belonged to it; `fault` is why. Called once, also when it never opened. */
  closed(fault: Fault): void;
}

/** A WebSocket that carries text frames: `ws` in Node, the global one in browsers. */
export interface Socket {
  /** Only between `opened` and `close`. */
  send(text: string): void;
  /** Stops reading, so that the other side has to wait. A few frames that are read already may still come. */
  pause(): void;
  resume(): void;
  /** Says goodbye and waits for the answer. Harmless when it is closed. */
  close(): void;
  /** Ends it at once, for when `close` was not answered. */
  terminate(): void;
}

/** The one function that differs between Node and browsers; see `#socket` in package.json. Does not throw. */
export type OpenSocket = (options: SocketOptions, listener: SocketListener) => Socket;
