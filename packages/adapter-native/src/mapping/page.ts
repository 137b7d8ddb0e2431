import type { Update } from '@natter/native-protocol';

/** Consecutive entries of the update log, and the cursor after them. */
export interface Stretch {
  readonly updates: readonly Update[];
  readonly cursor: number;
}

/**
 * Whether entries follow on a position without a hole, as the protocol promises. A server that breaks this would make us
 * store a cursor behind which something is missing, for ever.
 */
export function isDense({ updates, cursor }: Stretch, after: number): boolean {
  return (
    updates.every(({ position }, index) => position === after + index + 1) &&
    cursor === after + updates.length
  );
}

/** Entries without those up to a position, which have come before. */
export function behind(stretch: Stretch, position: number): Stretch {
  return { ...stretch, updates: stretch.updates.filter((update) => update.position > position) };
}
