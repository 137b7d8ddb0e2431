/**
 * natter adapter for Matrix, on Node.
 * @packageDocumentation
 */
import type { Adapter } from '@natter/core';
import { createAdapter, type MatrixAdapterOptions } from './adapter.ts';
import { nodePlatform } from './wire/node/platform.ts';

export type { MatrixAdapterOptions } from './adapter.ts';
export type { WireLimits } from './wire/limits.ts';

/** Makes the adapter that the hub calls `matrix`. No I/O happens before `login` or a session's `run`. */
export function createMatrixAdapter(options: MatrixAdapterOptions = {}): Adapter {
  return createAdapter(nodePlatform, options);
}
