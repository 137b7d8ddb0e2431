/**
 * natter adapter for Matrix, for browsers: the same without a single Node import.
 * @packageDocumentation
 */
import type { Adapter } from '@natter/core';
import { createAdapter, type MatrixAdapterOptions } from './adapter.ts';
import { browserPlatform } from './wire/browser-platform.ts';

export type { MatrixAdapterOptions } from './adapter.ts';
export type { WireLimits } from './wire/limits.ts';

/** Makes the adapter that the hub calls `matrix`. No I/O happens before `login` or a session's `run`. */
export function createMatrixAdapter(options: MatrixAdapterOptions = {}): Adapter {
  return createAdapter(browserPlatform, options, null);
}
