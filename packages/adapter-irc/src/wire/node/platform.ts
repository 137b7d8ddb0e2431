import { connectSocket, fetchFile, handshake } from '@natter/wire/node';
import type { HttpAnswer } from '@natter/wire';
import type { Channel, Platform } from '../channel.ts';
import { asWireError } from '../error.ts';
import { SocketChannel } from './socket-channel.ts';

/** TCP with happy eyeballs and TLS. */
export const nodePlatform: Platform = {
  async connect({ host, port, secure, trust, client }, limits, signal): Promise<Channel> {
    try {
      const socket = await connectSocket({ host, port, time: limits.connectTime }, signal);
      if (!secure) return new SocketChannel(socket, false);
      const time = limits.handshakeTime;
      const options = { name: host, trust, client, protocols: [], time, signal };
      return new SocketChannel(await handshake(socket, options), true);
    } catch (error) {
      throw asWireError(error);
    }
  },
  async fetch(request): Promise<HttpAnswer> {
    try {
      return await fetchFile(request);
    } catch (error) {
      throw asWireError(error);
    }
  },
};
