import { WebSocket, type RawData } from 'ws';
import { faultOfError, faultOfStatus } from './node-faults.ts';
import type { Fault } from './fault.ts';
import type { OpenSocket, Socket, SocketListener, SocketOptions } from './socket.ts';

/** RFC 6455 section 7.4.1: the purpose of the connection is fulfilled. */
const normalClosure = 1000;

/** Opens a socket by `ws`, which verifies certificate and host name before a byte of ours goes out. */
export const openSocket: OpenSocket = (options, listener) => {
  const socket = new WebSocket(options.url, [...options.subprotocols], {
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    maxPayload: options.maximumBytes,
    // Compression would let a small frame become a large one, and costs memory per connection.
    perMessageDeflate: false,
    followRedirects: false,
    maxRedirects: 0,
  });
  return new NodeSocket(socket, options, listener);
};

class NodeSocket implements Socket {
  readonly #socket: WebSocket;
  readonly #listener: SocketListener;
  #open = false;
  #fault: Fault | null = null;

  constructor(socket: WebSocket, options: SocketOptions, listener: SocketListener) {
    this.#socket = socket;
    this.#listener = listener;
    socket.on('upgrade', ({ socket: carrier }) => carrier.on('data', () => listener.heard()));
    socket.on('open', () => {
      this.#open = true;
      listener.opened();
    });
    socket.on('message', (data, isBinary) => this.#message(data, isBinary));
    socket.on('unexpected-response', (request, response) => {
      this.#fault ??= faultOfStatus(response.statusCode ?? 0, response.headers['retry-after']);
      response.destroy();
      request.destroy();
      socket.terminate();
    });
    socket.on('error', (error) => {
      this.#fault ??= faultOfError(error, this.#open, new URL(options.url));
      // Otherwise `ws` would wait for the closing handshake of a side that has just broken the protocol.
      socket.terminate();
    });
    socket.on('close', (code) => {
      listener.closed(this.#fault ?? { kind: 'lost', detail: `the server closed the connection (${code})` });
    });
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#fault ??= { kind: 'closed', detail: 'closed by this side' };
    // A paused socket would never see the answer.
    this.#socket.resume();
    this.#socket.close(normalClosure);
  }

  terminate(): void {
    this.#fault ??= { kind: 'closed', detail: 'closed by this side' };
    this.#socket.resume();
    this.#socket.terminate();
  }

  #message(data: RawData, isBinary: boolean): void {
    if (this.#fault !== null) return;
    if (isBinary || !Buffer.isBuffer(data)) {
      this.#fault = { kind: 'protocol', detail: 'the server sent a binary frame' };
      this.#socket.terminate();
      return;
    }
    this.#listener.text(data.toString('utf8'));
  }
}
