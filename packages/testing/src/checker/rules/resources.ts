import type { Facts } from '../facts.ts';
import { violation, type Violation } from '../violation.ts';

/** I7: memory, descriptors, timers and temporary disk stay within their bounds. */
export function* resources(facts: Facts): Generator<Violation> {
  for (const { owner, name, value, bound } of facts.resources) {
    // Written so that NaN, a figure nobody could measure, is a violation and not a pass.
    if (value <= bound) continue;
    yield violation('unbounded', `${name} of ${owner} is ${value}, at most ${bound} was promised`, {
      account: owner,
    });
  }
}
