import {
  decodeResult,
  decodeServerFrame,
  encodeFrame,
  serverFrameBytes,
  subprotocols,
  type ClientFrame,
  type RequestFrame,
  type RequestResult,
  type RequestType,
  type ServerFrame,
  type SignalFrame,
} from '@natter/native-protocol';
import { openSocket } from '#socket';
import type { Fault } from './fault.ts';
import { Keepalive, type KeepaliveOptions } from './keepalive.ts';
import { RequestQueue } from './request-queue.ts';
import type { Socket } from './socket.ts';

/** How a connection is made and kept. */
export interface ConnectionOptions extends KeepaliveOptions {
  readonly url: string;
  readonly ca?: string;
  /** Milliseconds until the socket has to stand. */
  readonly openTimeout: number;
}

/** What a server sends without being asked. */
export type Push = Exclude<ServerFrame, { type: 'reply' | 'error' | 'closing' | 'unknown' }>;

/** Gets every push with the length of its frame. Does not throw. */
export type PushHandler = (push: Push, length: number) => void;

/** Most bytes of a frame before sign-in: nothing that a stranger may say is longer. */
const frameBytesBeforeSignIn = 64 * 1024;
/** How long the goodbye may take, milliseconds. */
const closeGrace = 1_000;

/**
 * One connection to a server: frames over a socket, replies brought to their requests, silence found out. It ends once,
 * with a {@link Fault}, and leaves no socket and no timer behind.
 */
export class Connection {
  /** Resolves when the socket is gone; never rejects. */
  readonly closed: Promise<Fault>;
  readonly #closed: PromiseWithResolvers<Fault> = Promise.withResolvers();
  readonly #opened: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #requests = new RequestQueue((frame) => this.#send(frame));
  readonly #keepaliveOptions: KeepaliveOptions;
  /** From opening on. */
  #keepalive: Keepalive | null = null;
  readonly #socket: Socket | null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #fault: Fault | null = null;
  #maximumBytes = frameBytesBeforeSignIn;
  #push: PushHandler | null = null;

  /** Starts to open; see {@link opened}. */
  constructor(options: ConnectionOptions) {
    this.closed = this.#closed.promise;
    // Who only waits for `closed` need not handle this one.
    this.#opened.promise.catch(() => {});
    this.#keepaliveOptions = options;
    this.#timer = setTimeout(
      () => this.#cut({ kind: 'timeout', detail: `${new URL(options.url).host} does not answer` }),
      options.openTimeout,
    );
    this.#socket = this.#open(options);
  }

  /** Resolves when frames can be sent; rejects with a RequestError when it came to nothing. */
  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  /**
   * Asks and waits for the result, which is checked against its schema. Rejects with a RequestError; on abort the server
   * may still do what was asked, and its reply is dropped.
   */
  async request<T extends RequestType>(
    type: T,
    frame: (id: number) => RequestFrame<T>,
    signal?: AbortSignal,
  ): Promise<RequestResult<T>> {
    const result = await this.#requests.ask(frame, signal);
    const decoded = decodeResult(type, result);
    if (decoded.ok) return decoded.frame;
    this.#cut({ kind: 'protocol', detail: `the server answered ${type} with something malformed` });
    throw this.#requests.ended(this.#faultNow(), true);
  }

  /** Tells something that is never answered. Harmless when the connection is over. */
  signal(frame: SignalFrame): void {
    if (this.#fault === null) this.#send(frame);
  }

  /** After sign-in: takes larger frames, pushes, and as many requests at once as the server allows. */
  signedIn(requestsInFlight: number, push: PushHandler): void {
    this.#maximumBytes = serverFrameBytes;
    this.#push = push;
    this.#requests.allow(requestsInFlight);
  }

  /** Stops reading. Replies wait too, so nothing may be awaited from the server before {@link resume}. */
  pause(): void {
    this.#keepalive?.paused();
    this.#socket?.pause();
  }

  resume(): void {
    this.#keepalive?.resumed();
    if (this.#fault === null) this.#socket?.resume();
  }

  /** Ends it properly: devices whose goodbye was heard are offline at once. */
  close(fault: Fault = { kind: 'closed', detail: 'closed by this side' }): void {
    if (this.#fault !== null) return;
    this.#finish(fault);
    this.#socket?.close();
    this.#timer = setTimeout(() => this.#socket?.terminate(), closeGrace);
  }

  /** Ends it without waiting for the other side, which is dead or has broken the protocol. */
  #cut(fault: Fault): void {
    if (this.#fault !== null) return;
    this.#finish(fault);
    this.#socket?.terminate();
  }

  #open(options: ConnectionOptions): Socket | null {
    const { url, ca } = options;
    try {
      return openSocket(
        { url, subprotocols, maximumBytes: serverFrameBytes, ...(ca === undefined ? {} : { ca }) },
        {
          opened: () => this.#isOpen(),
          text: (text) => this.#receive(text),
          heard: () => this.#keepalive?.heard(),
          closed: (fault) => this.#gone(fault),
        },
      );
    } catch {
      // The URL has been checked before, so it is the certificate authority that TLS could not read.
      this.#gone({ kind: 'certificate-untrusted', detail: 'the given certificate authority cannot be read' });
      return null;
    }
  }

  #isOpen(): void {
    if (this.#fault !== null) return;
    clearTimeout(this.#timer);
    this.#keepalive = new Keepalive(this.#keepaliveOptions, {
      // The answer counts as a sign of life; that none comes is found out by the keepalive itself.
      ping: () => void this.request('ping', (id) => ({ type: 'ping', id })).catch(() => {}),
      waitingSince: () => this.#requests.waitingSince(),
      fail: (fault) => this.#cut(fault),
    });
    this.#opened.resolve();
  }

  #receive(text: string): void {
    if (this.#fault !== null) return;
    this.#keepalive?.heard();
    const decoded = decodeServerFrame(text, this.#maximumBytes);
    if (!decoded.ok)
      return this.#cut({
        kind: 'protocol',
        detail: `the server sent a frame that is ${describe(decoded.error.code)}`,
      });
    const { frame } = decoded;
    if (frame.type === 'reply') return this.#answered(this.#requests.reply(frame.id, frame.result));
    if (frame.type === 'error') {
      if (frame.id === undefined)
        return this.#cut({
          kind: 'protocol',
          detail: `the server could not read a frame (${frame.error.code})`,
        });
      return this.#answered(this.#requests.refuse(frame.id, frame.error));
    }
    if (frame.type === 'unknown') return;
    if (frame.type === 'closing')
      return this.close({ kind: 'told', detail: 'the server ended the connection', error: frame.error });
    if (this.#push === null)
      return this.#cut({ kind: 'protocol', detail: 'the server sent a push before sign-in' });
    this.#push(frame, text.length);
  }

  #answered(known: boolean): void {
    if (!known) this.#cut({ kind: 'protocol', detail: 'the server answered what was not asked' });
  }

  #send(frame: ClientFrame): void {
    this.#socket?.send(encodeWellFormed(frame));
  }

  #finish(fault: Fault): void {
    this.#fault = fault;
    clearTimeout(this.#timer);
    this.#keepalive?.stop();
    const error = this.#requests.end(fault);
    this.#opened.reject(error);
  }

  #gone(fault: Fault): void {
    if (this.#fault === null) this.#finish(fault);
    clearTimeout(this.#timer);
    this.#closed.resolve(this.#faultNow());
  }

  #faultNow(): Fault {
    return this.#fault ?? { kind: 'lost', detail: 'the connection is over' };
  }
}

/**
 * `JSON.stringify` writes half a surrogate pair as an escape, and the server refuses the whole frame for it, without a word
 * about which one it was. Half a character is no loss.
 */
function encodeWellFormed(frame: ClientFrame): string {
  const text = encodeFrame(frame);
  if (!text.includes('\\ud')) return text;
  return JSON.stringify(frame, (_key, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  );
}

function describe(code: string): string {
  return code === 'too-large' ? 'too large' : code === 'too-deep' ? 'nested too deep' : 'malformed';
}
