import { createHash } from 'node:crypto';
import { connectSocket, handshake } from '@natter/wire/node';
import type { Channel, Platform } from '../channel.ts';
import type { Digest } from '../digest.ts';
import { asWireError } from '../error.ts';
import { fetchFile } from './http.ts';
import { askHostMeta } from './host-meta.ts';
import { resolveTargets } from './resolver.ts';
import { WebSocketChannel } from '../websocket-channel.ts';
import { TcpChannel } from './tcp-channel.ts';
import { openWebSocket } from './web-socket.ts';

/** By the hash that Node has, piece by piece. */
export function nodeDigest(): Digest {
  const hash = createHash('sha256');
  return { update: (chunk) => void hash.update(chunk), hex: () => Promise.resolve(hash.digest('hex')) };
}

/** The protocol name of XEP-0368; a server that selects none is fine. */
const ALPN = ['xmpp-client'];

/** TCP with happy eyeballs, TLS and DNS. */
export const nodePlatform: Platform = {
  sha256: nodeDigest,
  fetch: fetchFile,
  resolve: resolveTargets,
  elsewhere: askHostMeta,
  async connect(target, domain, trust, limits, signal): Promise<Channel> {
    try {
      if (target.security === 'websocket')
        return new WebSocketChannel(await openWebSocket(target.url, trust, limits, signal), limits);
      const { host, port, security } = target;
      const socket = await connectSocket({ host, port, time: limits.connectTime }, signal);
      const options = { domain, trust, limits };
      if (security === 'starttls') return new TcpChannel(socket, null, options);
      const time = limits.handshakeTime;
      // RFC 6120 section 13.7.2.1: the certificate is for the domain of the account, wherever DNS leads.
      const secured = await handshake(socket, {
        name: domain,
        trust,
        client: trust.client,
        protocols: ALPN,
        time,
        signal,
      });
      return new TcpChannel(socket, secured, options);
    } catch (error) {
      throw asWireError(error);
    }
  },
};
