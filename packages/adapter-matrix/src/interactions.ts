import type { Interaction } from '@natter/core';
import { errorData, NatterError, type ErrorData } from '@natter/core/model';

/** An interaction that is over before it began. */
export function failedInteraction(error: ErrorData): Interaction {
  return {
    async next() {
      return { kind: 'failed', error };
    },
    async cancel() {},
  };
}

/** The error of what this adapter does not do; capabilities say so before anybody asks. */
export function unsupported(what: string): NatterError {
  return new NatterError(errorData('unsupported', `${what} is not possible here`, { scope: 'operation' }));
}
