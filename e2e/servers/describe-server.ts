import { describe, test } from 'vitest';
import { serverAvailability } from './availability.ts';
import type { ServerKind } from './availability.ts';

/**
 * A `describe` whose tests need a real server. Where the server cannot be had the group is reported as skipped, by
 * name and with the reason; with `NATTER_REQUIRE_SERVERS=1` it fails instead.
 */
export function describeServer(name: string, kind: ServerKind, body: () => void): void {
  const availability = serverAvailability(kind);
  if (availability.available) {
    describe(`${name} [${kind} ${availability.version}]`, body);
    return;
  }
  const title = `${name} [needs ${kind}: ${availability.reason}]`;
  if (process.env['NATTER_REQUIRE_SERVERS'] === '1') {
    test(title, () => {
      throw new Error(`NATTER_REQUIRE_SERVERS=1, and ${kind} is missing: ${availability.reason}`);
    });
    return;
  }
  process.stderr.write(`skipped: ${title}\n`);
  describe.skip(title, body);
}
