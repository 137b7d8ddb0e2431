/**
 * natter adapter for IRC, for browsers: the same without a single Node import.
 * @packageDocumentation
 */
import type { Adapter } from '@natter/core';
import { createAdapter, type IrcAdapterOptions } from './adapter.ts';
import { browserPlatform } from './wire/browser-platform.ts';

export type { IrcAdapterOptions } from './adapter.ts';
export type { WireLimits } from './wire/limits.ts';

/** Makes the adapter that the hub calls `irc`. */
export function createIrcAdapter(options: IrcAdapterOptions = {}): Adapter {
  return createAdapter(browserPlatform, options);
}
