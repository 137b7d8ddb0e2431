/** A key of Indexed Database API 3.0, section 2.4: what orders records. */
export type Key = number | string | Date | ArrayBuffer | readonly Key[];

/** The first byte of an encoded key, in the order that the standard gives to the types. The end of an array is before all. */
const TAG = { end: 0x00, number: 0x10, date: 0x20, string: 0x30, binary: 0x40, array: 0x50 } as const;
/** No caller nests keys; a bound that is far above any use keeps a cycle from overflowing the stack. */
const MAXIMUM_DEPTH = 32;

/**
 * Checks a value as a key and writes it as bytes that compare, byte by byte, as the standard compares keys (section 2.4):
 * number, date, string, binary, array; strings by UTF-16 code unit.
 * @throws DOMException `DataError` for a value that is no key
 */
export function encodeKey(value: unknown): Uint8Array {
  const bytes: number[] = [];
  append(bytes, value, 0);
  return Uint8Array.from(bytes);
}

/** The key that {@link encodeKey} wrote. */
export function decodeKey(bytes: Uint8Array): Key {
  const [key] = read(bytes, 0);
  return key;
}

function append(bytes: number[], value: unknown, depth: number): void {
  if (typeof value === 'string') {
    bytes.push(TAG.string);
    for (let at = 0; at < value.length; at += 1) appendUnit(bytes, value.charCodeAt(at));
    bytes.push(TAG.end);
  } else if (typeof value === 'number' && !Number.isNaN(value)) {
    bytes.push(TAG.number, ...numberBytes(value));
  } else if (value instanceof Date && !Number.isNaN(value.getTime())) {
    bytes.push(TAG.date, ...numberBytes(value.getTime()));
  } else if (Array.isArray(value) && depth < MAXIMUM_DEPTH) {
    bytes.push(TAG.array);
    for (const item of value as unknown[]) append(bytes, item, depth + 1);
    bytes.push(TAG.end);
  } else if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
    bytes.push(TAG.binary);
    for (const byte of bytesOf(value)) appendUnit(bytes, byte);
    bytes.push(TAG.end);
  } else {
    throw new DOMException('the value is no valid key', 'DataError');
  }
}

/** One unit in one to three bytes that compare as the unit does; the first is never that of an end. */
function appendUnit(bytes: number[], unit: number): void {
  if (unit < 0x7f) bytes.push(unit + 1);
  else if (unit < 0x3fff + 0x7f) bytes.push(0x80 | ((unit - 0x7f) >> 8), (unit - 0x7f) & 0xff);
  else bytes.push(0xc0 | (unit >> 10), (unit >> 2) & 0xff, unit & 0x03);
}

/** IEEE 754 in big-endian order, turned so that negative numbers come first. */
function numberBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setFloat64(0, value === 0 ? 0 : value);
  if (value < 0) for (let at = 0; at < 8; at += 1) bytes[at] = ~(bytes[at] ?? 0);
  else view.setUint8(0, view.getUint8(0) | 0x80);
  return bytes;
}

function bytesOf(source: ArrayBuffer | ArrayBufferView): Uint8Array {
  return source instanceof ArrayBuffer
    ? new Uint8Array(source)
    : new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
}

function read(bytes: Uint8Array, start: number): [Key, number] {
  switch (bytes[start]) {
    case TAG.number:
      return [readNumber(bytes, start + 1), start + 9];
    case TAG.date:
      return [new Date(readNumber(bytes, start + 1)), start + 9];
    case TAG.string: {
      const [units, next] = readUnits(bytes, start + 1);
      return [units.map((unit) => String.fromCharCode(unit)).join(''), next];
    }
    case TAG.binary: {
      const [units, next] = readUnits(bytes, start + 1);
      return [Uint8Array.from(units).buffer, next];
    }
    case TAG.array: {
      const items: Key[] = [];
      let at = start + 1;
      while (bytes[at] !== TAG.end) {
        const [item, next] = read(bytes, at);
        items.push(item);
        at = next;
      }
      return [items, at + 1];
    }
    default:
      throw new RangeError('a stored key is damaged');
  }
}

function readUnits(bytes: Uint8Array, start: number): [number[], number] {
  const units: number[] = [];
  let at = start;
  while (bytes[at] !== TAG.end) {
    const [first = 0, second, third] = bytes.subarray(at, at + 3);
    if (first < 0x80) {
      units.push(first - 1);
      at += 1;
    } else if (second === undefined) {
      throw new RangeError('a stored key is damaged');
    } else if (first < 0xc0) {
      units.push((((first & 0x3f) << 8) | second) + 0x7f);
      at += 2;
    } else {
      units.push(((first & 0x3f) << 10) | (second << 2) | (third ?? 0));
      at += 3;
    }
    if (at > bytes.length) throw new RangeError('a stored key is damaged');
  }
  return [units, at + 1];
}

function readNumber(bytes: Uint8Array, start: number): number {
  const copy = bytes.slice(start, start + 8);
  const view = new DataView(copy.buffer);
  if ((view.getUint8(0) & 0x80) === 0) for (let at = 0; at < 8; at += 1) copy[at] = ~(copy[at] ?? 0);
  else view.setUint8(0, view.getUint8(0) & 0x7f);
  return view.getFloat64(0);
}
