import { connectSocket, handshake } from '@natter/wire/node';
import type { Channel, Platform } from '../channel.ts';
import { asWireError } from '../error.ts';
import { fetchFile } from './http.ts';
import { resolveTargets } from './resolver.ts';
import { TcpChannel } from './tcp-channel.ts';

/** The protocol name of XEP-0368; a server that selects none is fine. */
const ALPN = ['xmpp-client'];

/** TCP with happy eyeballs, TLS and DNS. */
export const nodePlatform: Platform = {
  fetch: fetchFile,
  resolve: resolveTargets,
  async connect({ host, port, security }, domain, trust, limits, signal): Promise<Channel> {
    try {
      const socket = await connectSocket({ host, port, time: limits.connectTime }, signal);
      const options = { domain, trust, limits };
      if (security === 'starttls') return new TcpChannel(socket, null, options);
      const time = limits.handshakeTime;
      // RFC 6120 section 13.7.2.1: the certificate is for the domain of the account, wherever DNS leads.
      const secured = await handshake(socket, {
        name: domain,
        trust,
        client: null,
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
