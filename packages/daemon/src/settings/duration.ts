const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds out of `500ms`, `90s`, `30m`, `2h`, `1d`, or a bare number of seconds; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)?$/.exec(text.trim());
  const unit = units[match?.[2] ?? 's'];
  return match?.[1] === undefined || unit === undefined ? undefined : Number(match[1]) * unit;
}
