import type { Entry } from './entry.ts';
import { collectFacts, type Facts } from './facts.ts';
import { agreement } from './rules/agreement.ts';
import { duplicates } from './rules/duplicates.ts';
import { isolation } from './rules/isolation.ts';
import { lost } from './rules/lost.ts';
import { divergentOrder, misorder } from './rules/order.ts';
import { resources } from './rules/resources.ts';
import { senders } from './rules/senders.ts';
import { visibility } from './rules/visibility.ts';
import type { Violation } from './violation.ts';

/** What the checker found, and how much it had to look at. */
export interface Verdict {
  /** Empty when every promise was kept. */
  violations: readonly Violation[];
  /** How many messages were sent, acknowledged, and read at the end: a test asserts that these are not 0. */
  invoked: number;
  acknowledged: number;
  rows: number;
}

const rules: readonly ((facts: Facts) => Iterable<Violation>)[] = [
  lost,
  duplicates,
  misorder,
  divergentOrder,
  visibility,
  senders,
  isolation,
  resources,
  agreement,
];

/**
 * Judges a history by the promises I1 to I8. Entries of several processes may be concatenated in any order, as long
 * as each process's own stay in order.
 *
 * @throws UnjudgeableHistoryError when the log lacks what a verdict needs.
 */
export function checkHistory(entries: Iterable<Entry>): Verdict {
  const facts = collectFacts(entries);
  return {
    violations: rules.flatMap((rule) => [...rule(facts)]),
    invoked: facts.invoked.size,
    acknowledged: [...facts.invoked.keys()].filter((message) => facts.acknowledged(message)).length,
    rows: facts.histories.reduce((sum, history) => sum + history.rows.length, 0),
  };
}

/** The verdict as text: one line a violation, grouped by promise, the first 20 of each. */
export function formatVerdict(verdict: Verdict): string {
  const head = `${verdict.invoked} sent, ${verdict.acknowledged} acknowledged, ${verdict.rows} rows read`;
  if (verdict.violations.length === 0) return `${head}: every promise kept`;
  const groups = [...Map.groupBy(verdict.violations, ({ promise }) => promise)].toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const lines = groups.flatMap(([promise, found]) => [
    ...found.slice(0, 20).map(({ fault, text }) => `${promise} ${fault}: ${text}`),
    ...(found.length > 20 ? [`${promise}: ${found.length - 20} more`] : []),
  ]);
  return [`${head}: ${verdict.violations.length} violations`, ...lines].join('\n');
}
