import type { Interaction } from '@natter/core';
import { failureOf } from './failure.ts';

/** An interaction that something has to be done for before it can begin. */
export function startedInteraction(start: () => Promise<Interaction>): Interaction {
  let started: Promise<Interaction> | null = null;
  return {
    async next(answer, signal) {
      try {
        started ??= start();
        return await (await started).next(answer, signal);
      } catch (error) {
        return { kind: 'failed', error: failureOf(error) };
      }
    },
    async cancel() {
      const interaction = await started?.catch(() => null); // it has been told why
      await interaction?.cancel();
    },
  };
}
