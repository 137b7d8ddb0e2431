/**
 * All members of an object as plain properties, its methods bound to it: what wraps a session or a host spreads this and
 * replaces some. (A class instance itself cannot be spread.)
 */
export function delegate<T extends object>(target: T): T {
  const bound = (key: string | symbol): unknown => {
    const value: unknown = Reflect.get(target, key);
    return typeof value === 'function'
      ? (...parts: unknown[]): unknown => Reflect.apply(value, target, parts)
      : value;
  };
  const keys = new Set<string | symbol>();
  for (
    let object: object | null = target;
    object !== null && object !== Object.prototype;
    object = Reflect.getPrototypeOf(object)
  ) {
    for (const key of Reflect.ownKeys(object)) if (key !== 'constructor') keys.add(key);
  }
  return Object.fromEntries([...keys].map((key) => [key, bound(key)])) as T;
}
