/** An object of JSON all of whose values are of one kind; `null` for everything else. What is kept may have been spoilt. */
export function readRecord<Value>(
  text: string,
  isValue: (each: unknown) => each is Value,
): Record<string, Value> | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return isRecord(value, isValue) ? value : null;
}

/** Whether it is an object all of whose values are of one kind. */
export function isRecord<Value>(
  value: unknown,
  isValue: (each: unknown) => each is Value,
): value is Record<string, Value> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(isValue);
}

/** Whether it is a text. */
export function isText(value: unknown): value is string {
  return typeof value === 'string';
}
