import type { Platform } from '../http.ts';
import { NodeHttpClient } from './http-client.ts';
import { openLoopback } from './loopback.ts';

/** HTTP over TCP with happy eyeballs and verified TLS. */
export const nodePlatform: Platform = {
  open: (trust, limits) => new NodeHttpClient(trust, limits),
  loopback: openLoopback,
};
