/**
 * The history checker: judges what a test did and found by the promises I1 to I8, instead of hand-written expectations.
 *
 * @example
 * ```ts
 * import { checkHistory, formatVerdict, parseHistory } from '@natter/testing/checker';
 *
 * const entries = logs.flatMap((text) => parseHistory(text));
 * const verdict = checkHistory(entries);
 * if (verdict.violations.length > 0) throw new Error(formatVerdict(verdict));
 * ```
 * @packageDocumentation
 */
export { checkHistory, formatVerdict, type Verdict } from './check.ts';
export type * from './entry.ts';
export { UnjudgeableHistoryError } from './facts.ts';
export { formatEntry, MalformedHistoryError, parseHistory } from './ndjson.ts';
export type { FaultName, PromiseName, Violation } from './violation.ts';
