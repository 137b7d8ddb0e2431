import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** How many things of each kind keep the process alive. */
export type Resources = ReadonlyMap<string, number>;

/** What keeps the process alive now: sockets, timers, handles. */
export function resources(): Resources {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  counts.delete('Immediate');
  return counts;
}

/** The kinds of which there are more. */
export function grown(before: Resources, after: Resources): string[] {
  return [...after].filter(([kind, count]) => count > (before.get(kind) ?? 0)).map(([kind]) => kind);
}

/** Fails when more is open than before. The other end of a socket may take a moment to notice; a leak stays. */
export async function assertNothingLeft(before: Resources): Promise<void> {
  for (let count = 0; count < 20 && grown(before, resources()).length > 0; count++) await sleep(50);
  assert.deepEqual(grown(before, resources()), [], 'something was left open');
}
