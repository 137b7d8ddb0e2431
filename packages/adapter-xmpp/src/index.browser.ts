/**
 * natter adapter for XMPP, for browsers: the same without a single Node import.
 * @packageDocumentation
 */
import type { Adapter } from '@natter/core';
import { createAdapter, type XmppAdapterOptions } from './adapter.ts';
import { browserPlatform } from './wire/browser-platform.ts';

export type { XmppAdapterOptions } from './adapter.ts';
export type { WireLimits } from './wire/limits.ts';

/** Makes the adapter that the hub calls `xmpp`. */
export function createXmppAdapter(options: XmppAdapterOptions = {}): Adapter {
  return createAdapter(browserPlatform, options);
}
