/** An entry of a table of ours by a name that somebody else chose: `constructor` is no entry. */
export function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
