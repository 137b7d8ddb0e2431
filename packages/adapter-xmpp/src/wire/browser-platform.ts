import type { Platform } from './channel.ts';
import { WireError } from './error.ts';

/** Browsers reach XMPP servers by WebSocket only (RFC 7395), which this version does not speak yet. */
export const browserPlatform: Platform = {
  resolve: (domain) =>
    Promise.reject(new WireError('connect-failed', `${domain} cannot be reached from a browser yet`)),
  connect: (_, domain) =>
    Promise.reject(new WireError('connect-failed', `${domain} cannot be reached from a browser yet`)),
  fetch: ({ url }) =>
    Promise.reject(new WireError('connect-failed', `${url} cannot be reached from a browser yet`)),
};
