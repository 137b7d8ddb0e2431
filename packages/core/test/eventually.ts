import { vi } from 'vitest';

/** Waits until a check passes; long enough for a machine that is busy with other things. */
export function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 15_000, interval: 2 });
}
