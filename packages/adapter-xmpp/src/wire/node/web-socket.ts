import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { isLoopback } from '@natter/wire';
import { connectSocket, handshake } from '@natter/wire/node';
import { WebSocket } from 'ws';
import type { LinkTrust } from '../channel.ts';
import { WireError } from '../error.ts';
import { SUBPROTOCOL, type FrameEvents, type FrameSocket } from '../frame-socket.ts';
import type { WireLimits } from '../limits.ts';

/**
 * Opens a WebSocket over a connection of our own, so that its certificate is verified and may be pinned as everywhere. Rejects with
 * WireError or LinkError.
 */
export async function openWebSocket(
  url: string,
  trust: LinkTrust,
  limits: WireLimits,
  signal: AbortSignal,
): Promise<FrameSocket> {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const secure = protocol === 'wss:';
  const destination = { host, port: Number(port) || (secure ? 443 : 80), time: limits.connectTime };
  const plain = await connectSocket(destination, signal);
  const loopback = isLoopback(plain.remoteAddress ?? '');
  const time = limits.handshakeTime;
  const options = { name: host, trust, client: trust.client, protocols: ['http/1.1'], time, signal };
  const socket: Duplex = secure ? await handshake(plain, options) : plain;
  const client = new WebSocket(url.replace(/^wss:/, 'ws:'), SUBPROTOCOL, {
    createConnection: () => socket.resume(), // the server says nothing before we ask
    perMessageDeflate: false, // what is inflated has no bound that we know (CVE-2014-2741 and its kin)
    maxPayload: limits.stanzaBytes,
    followRedirects: false,
    handshakeTimeout: limits.handshakeTime,
    headers: { host: isIP(host) === 6 ? `[${host}]:${destination.port}` : `${host}:${destination.port}` },
  });
  await opened(client, signal);
  return frames(client, { secure, loopback });
}

function opened(client: WebSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error: WireError | null): void => {
      signal.removeEventListener('abort', abort);
      client.off('open', open).off('error', fail);
      client.on('error', () => {}); // the close that follows tells it
      if (error === null) return resolve();
      client.terminate();
      reject(error);
    };
    const open = (): void => settle(null);
    const fail = (error: Error): void =>
      settle(
        new WireError('connect-failed', `no WebSocket for XMPP there: ${error.message}`, { cause: error }),
      );
    const abort = (): void => settle(new WireError('aborted', 'the connection was given up'));
    client.on('open', open).on('error', fail);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
}

function frames(
  client: WebSocket,
  { secure, loopback }: Pick<FrameSocket, 'secure' | 'loopback'>,
): FrameSocket {
  const early: string[] = [];
  let events: FrameEvents | null = null;
  client.on('message', (data, isBinary) => {
    // RFC 7395 section 3.2: text only; an empty text is no stanza, and so ends the stream.
    const frame = isBinary || !Buffer.isBuffer(data) ? '' : data.toString();
    if (events === null) early.push(frame);
    else events.text(frame);
  });
  client.on('close', () => events?.closed('the server closed the connection'));
  return {
    secure,
    loopback,
    listen(to) {
      events = to;
      for (const frame of early.splice(0)) to.text(frame);
      if (client.readyState === WebSocket.CLOSED) to.closed('the server closed the connection');
    },
    send: (frame) => client.send(frame),
    pause: () => client.pause(),
    resume: () => client.resume(),
    destroy() {
      events = null;
      client.close();
      setImmediate(() => client.terminate());
    },
  };
}
