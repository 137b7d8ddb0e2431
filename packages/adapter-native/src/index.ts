/**
 * natter adapter for the native network, which natter's own server speaks.
 *
 * @example
 * ```ts
 * import { createNativeAdapter } from '@natter/adapter-native';
 *
 * const adapter = createNativeAdapter();
 * console.log(adapter.id, adapter.capabilities.resend); // native idempotent
 * ```
 * @packageDocumentation
 */
import type { Adapter } from '@natter/core';
import { NativeAdapter } from './adapter.ts';
import { settingsOf, type NativeAdapterOptions } from './options.ts';

export type { NativeAdapterOptions } from './options.ts';

/** Makes the adapter. One serves any number of accounts, on any number of servers. */
export function createNativeAdapter(options: NativeAdapterOptions = {}): Adapter {
  return new NativeAdapter(settingsOf(options));
}
