import type { WireLimits } from './wire/limits.ts';

/** What the adapter can be told; each has a default. */
export interface MatrixAdapterOptions {
  /** Bounds on sizes (bytes) and waits (milliseconds), in place of the defaults. */
  readonly limits?: Partial<WireLimits>;
}
