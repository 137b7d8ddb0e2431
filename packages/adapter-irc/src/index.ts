/**
 * natter adapter for IRC: TCP with TLS, on Node.
 * @packageDocumentation
 */
import type { Adapter } from '@natter/core';
import { createAdapter, type IrcAdapterOptions } from './adapter.ts';
import { nodePlatform } from './wire/node/platform.ts';

export type { IrcAdapterOptions } from './adapter.ts';
export type { WireLimits } from './wire/limits.ts';

/** Makes the adapter that the hub calls `irc`. No I/O happens before `login` or a session's `run`. */
export function createIrcAdapter(options: IrcAdapterOptions = {}): Adapter {
  return createAdapter(nodePlatform, options);
}
