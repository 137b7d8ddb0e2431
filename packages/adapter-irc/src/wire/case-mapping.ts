/** How a server compares names (ISUPPORT `CASEMAPPING`). */
export type CaseMapping = 'ascii' | 'rfc1459' | 'rfc1459-strict';

/** RFC 1459 section 2.2: because of IRC's Scandinavian origin, `{}|^` are the lower case of `[]\~`. */
const RFC1459: Readonly<Record<string, string>> = { '[': '{', ']': '}', '\\': '|', '~': '^' };

/** The form of a name by which equal ones are told. What lies outside of ASCII is left as it is, as servers do. */
export function foldName(name: string, mapping: CaseMapping): string {
  const lower = name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  if (mapping === 'ascii') return lower;
  const upper = mapping === 'rfc1459' ? /[[\]\\~]/g : /[[\]\\]/g;
  return lower.replace(upper, (letter) => RFC1459[letter] ?? letter);
}

/** The mapping by its ISUPPORT name. What we do not know (such as `rfc7613`) keeps ASCII, the part that all share. */
export function caseMapping(name: string | undefined): CaseMapping {
  if (name === undefined) return 'rfc1459';
  return name === 'rfc1459' || name === 'rfc1459-strict' || name === 'strict-rfc1459'
    ? (name.replace('strict-rfc1459', 'rfc1459-strict') as CaseMapping)
    : 'ascii';
}
