import type { ErrorData } from '@natter/core';
import type { Engine } from '../engine/engine.ts';

/** The reads of an {@link Engine} by name. */
export type Reads = Omit<Engine, 'applyAll'>;

/** What is asked of a thread. Writes travel as one JSON text: copying that is the cheapest for the sender's event loop. */
export type Request =
  | { readonly id: number; readonly method: 'apply'; readonly writes: string }
  | { readonly id: number; readonly method: keyof Reads; readonly parameters: readonly unknown[] }
  | { readonly id: number; readonly method: 'close' };

/** The answer to a request; id 0 answers the start. */
export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ErrorData };
