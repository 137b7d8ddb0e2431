/**
 * natter adapter for XMPP: TCP with TLS, on Node.
 * @packageDocumentation
 */
import type { Adapter } from '@natter/core';
import { createAdapter, type XmppAdapterOptions } from './adapter.ts';
import { nodePlatform } from './wire/node/platform.ts';

export type { XmppAdapterOptions } from './adapter.ts';
export type { WireLimits } from './wire/limits.ts';

/** Makes the adapter that the hub calls `xmpp`. No I/O happens before `login` or a session's `run`. */
export function createXmppAdapter(options: XmppAdapterOptions = {}): Adapter {
  return createAdapter(nodePlatform, options);
}
