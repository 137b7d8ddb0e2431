import type { Write } from '@natter/core';

type Put = Extract<Write, { put: unknown }>;
/** The writes whose rows are only kept and given back. */
export type Kept = Exclude<Put, { put: 'messages' | 'message-alias' | 'member' | 'changes' }>;
/** What the rows of each kind hold. */
export type KeptValues = { [Each in Kept as Each['put']]: Each['value'] };

/** Replaces the value with the same key where it stands, or adds it at the end. */
export function putBy<Value>(
  list: readonly Value[],
  value: Value,
  key: (value: Value) => string,
): readonly Value[] {
  const at = list.findIndex((one) => key(one) === key(value));
  return at === -1 ? [...list, value] : list.with(at, value);
}

/** What makes two rows the same row. */
export function keyOf(row: Kept): string {
  switch (row.put) {
    case 'distinction':
      return textOf([row.put, ...[row.value.a, row.value.b].sort()]);
    case 'alias':
      return textOf([row.put, row.value.account, row.value.of, row.value.key]);
    case 'gap':
      return textOf([row.put, row.value.account, row.value.gap.id]);
    case 'cursor':
    case 'state':
      return textOf([row.put, row.value.account, row.value.key]);
    default:
      return textOf([row.put, row.value.id]);
  }
}

/** A text that is the same for equal values. */
export function textOf(value: unknown): string {
  return JSON.stringify(value);
}
