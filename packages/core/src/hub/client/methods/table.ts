import type { Methods } from '../../../client/index.ts';

/** A part of the method table: the names that one file answers. */
export type Answers<Names extends keyof Methods> = {
  readonly [Name in Names]: (params: Methods[Name][0], signal: AbortSignal) => Promise<Methods[Name][1]>;
};
