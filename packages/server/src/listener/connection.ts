import type { Duplex } from 'node:stream';
import type { WireError } from '@natter/native-protocol';
import { encodeFrame } from '@natter/native-protocol';
import type { WebSocket } from 'ws';
import type { PassCrashPoint } from '../crash-points.ts';
import type { Tally } from '../metrics/tally.ts';
import type { Flushable, Flusher } from './flusher.ts';

/** What a connection needs from its listener. */
export interface ConnectionParts {
  readonly webSocket: WebSocket;
  readonly socket: Duplex;
  /** Network address of the other side. */
  readonly remoteAddress: string;
  readonly flusher: Flusher;
  readonly pass: PassCrashPoint;
  readonly tally: Tally;
  /** Bytes that may wait to be read by the other side before pushes are dropped. */
  readonly mostBacklog: number;
}

/** How long the other side has to answer a close before the socket is cut. Milliseconds. */
const closePatience = 2_000;

/**
 * The writing side of one WebSocket: gathers frames, writes them once a turn, and knows how far the reader is behind.
 */
export class Connection implements Flushable {
  readonly remoteAddress: string;
  readonly #parts: ConnectionParts;
  #replies: string[] = [];
  #pushes: string[] = [];
  #queued = 0;
  #closed = false;
  #behind = false;
  #awaitsDrain = false;
  /** Called when the reader has caught up after it was behind. */
  onDrained: () => void = () => undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.remoteAddress = parts.remoteAddress;
  }

  /**
   * The reader is so far behind that nothing should be added. What was gathered in this turn has not been offered to
   * the reader yet, so there may be more of it.
   */
  get congested(): boolean {
    const { webSocket, mostBacklog } = this.#parts;
    return webSocket.bufferedAmount > mostBacklog || this.#queued > 4 * mostBacklog;
  }

  /** Sends what was asked for. Written before the pushes of the same turn: an acknowledgement precedes its echo. */
  reply(text: string): void {
    this.#add(this.#replies, text);
  }

  /** Sends what was not asked for. False: dropped, the reader is too slow. */
  push(text: string): boolean {
    if (this.congested) {
      this.#behind = true;
      this.#parts.tally.droppedPushes += 1;
      this.#parts.flusher.add(this);
      return false;
    }
    this.#add(this.#pushes, text);
    return true;
  }

  /** Stops and goes on reading from the other side. */
  pause(): void {
    this.#parts.webSocket.pause();
  }
  resume(): void {
    if (!this.#closed) this.#parts.webSocket.resume();
  }

  /** Says why, writes everything, and closes. Harmless when repeated. */
  close(error: WireError): void {
    if (this.#closed) return;
    this.#add(this.#pushes, encodeFrame({ type: 'closing', error }));
    this.flush();
    this.#closed = true;
    const { webSocket } = this.#parts;
    webSocket.resume();
    // 1001: going away, 1008: policy. https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1
    webSocket.close(error.code === 'going-away' ? 1001 : 1008, error.code);
    setTimeout(() => webSocket.terminate(), closePatience).unref();
  }

  /** Cuts the socket: the other side does not answer. */
  terminate(): void {
    this.#closed = true;
    this.#parts.webSocket.terminate();
  }

  /** Called by the flusher, once a turn. */
  flush(): void {
    const { webSocket, socket, pass } = this.#parts;
    const replies = this.#replies;
    const pushes = this.#pushes;
    this.#replies = [];
    this.#pushes = [];
    this.#queued = 0;
    if (webSocket.readyState !== webSocket.OPEN) return;
    socket.cork();
    if (replies.length > 0) {
      pass('before-ack');
      for (const text of replies) webSocket.send(text);
    }
    for (const text of pushes) webSocket.send(text);
    socket.uncork();
    if (replies.length > 0) pass('after-ack');
    if (this.#behind || this.congested) this.#watchReader();
  }

  #add(queue: string[], text: string): void {
    if (this.#closed) return;
    queue.push(text);
    this.#queued += text.length;
    if (this.congested) this.#behind = true;
    this.#parts.flusher.add(this);
  }

  #watchReader(): void {
    if (this.#awaitsDrain) return;
    if (!this.#parts.socket.writableNeedDrain) return this.#caughtUp();
    this.#awaitsDrain = true;
    this.#parts.socket.once('drain', () => {
      this.#awaitsDrain = false;
      this.#caughtUp();
    });
  }

  #caughtUp(): void {
    this.#behind = false;
    this.onDrained();
  }
}
