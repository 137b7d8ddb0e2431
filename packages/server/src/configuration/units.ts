const durations: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const sizes: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/** Milliseconds out of `500ms`, `90s`, `30m`, `2h`, `400d`, or a bare number of seconds. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)?$/.exec(text.trim());
  const unit = durations[match?.[2] ?? 's'];
  return match?.[1] === undefined || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** Bytes out of `500KiB`, `10MiB`, `2GiB`, or a bare number of bytes. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d{1,12})\s*(B|KiB|MiB|GiB|TiB)?$/.exec(text.trim());
  const unit = sizes[match?.[2] ?? 'B'];
  const size = match?.[1] === undefined || unit === undefined ? Number.NaN : Number(match[1]) * unit;
  return Number.isSafeInteger(size) ? size : undefined;
}

/** A host and a port out of `HOST:PORT`, `[V6]:PORT`, or a bare port. */
export function parseListen(text: string): { readonly host?: string; readonly port: number } | undefined {
  const match = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) return undefined;
  const host = match[1] ?? match[2];
  return { port, ...(host === undefined ? {} : { host }) };
}
