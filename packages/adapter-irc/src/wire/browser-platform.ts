import type { Platform } from './channel.ts';
import { WireError } from './error.ts';

/** Browsers reach IRC servers by WebSocket only, which this version does not speak yet. */
export const browserPlatform: Platform = {
  connect: ({ host }) =>
    Promise.reject(new WireError('connect-failed', `${host} cannot be reached from a browser yet`)),
  fetch: ({ url }) =>
    Promise.reject(new WireError('connect-failed', `${url} cannot be reached from a browser yet`)),
};
