import type { ErrorData } from '@natter/core';
import type { Engine } from '../engine/engine.ts';
import type { PackedWrites } from '../engine/message-row.ts';

/** The reads of an {@link Engine} by name. */
export type Reads = Omit<Engine, 'applyAll'>;

/** What is asked of a thread. Writes travel as texts as far as they can: copying those is the cheapest for both sides. */
export type Request =
  | { readonly id: number; readonly method: 'apply'; readonly writes: PackedWrites }
  | { readonly id: number; readonly method: keyof Reads; readonly parameters: readonly unknown[] }
  | { readonly id: number; readonly method: 'close' };

/** The answer to a request; id 0 answers the start. */
export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ErrorData };
