import { encodeKey } from './keys.ts';

/** Which encoded keys an operation is about; `null` where it is open. */
export interface Bounds {
  readonly lower: Uint8Array | null;
  readonly upper: Uint8Array | null;
  readonly lowerOpen: boolean;
  readonly upperOpen: boolean;
}

/** Every key. */
export const everything: Bounds = { lower: null, upper: null, lowerOpen: false, upperOpen: false };

/** `IDBKeyRange` (section 4.7), as far as the crypto module makes ranges. */
export class KeyRange {
  /** The range in the form that the statements take. */
  readonly bounds: Bounds;

  constructor(bounds: Bounds) {
    this.bounds = bounds;
  }

  /** Keys from `lower` to `upper`, without an end that is open. */
  static bound(lower: unknown, upper: unknown, lowerOpen = false, upperOpen = false): KeyRange {
    const bounds = { lower: encodeKey(lower), upper: encodeKey(upper), lowerOpen, upperOpen };
    const order = Buffer.compare(bounds.lower, bounds.upper);
    if (order > 0 || (order === 0 && (lowerOpen || upperOpen))) {
      throw new DOMException('the lower bound is above the upper one', 'DataError');
    }
    return new KeyRange(bounds);
  }

  /** Keys from `lower` on. */
  static lowerBound(lower: unknown, open = false): KeyRange {
    return new KeyRange({ ...everything, lower: encodeKey(lower), lowerOpen: open });
  }

  /** Keys up to `upper`. */
  static upperBound(upper: unknown, open = false): KeyRange {
    return new KeyRange({ ...everything, upper: encodeKey(upper), upperOpen: open });
  }
}

/** What a caller gives as a query (section 4.5): a range, a key, or nothing, which is everything. */
export function boundsOf(query: unknown): Bounds {
  if (query === undefined || query === null) return everything;
  return query instanceof KeyRange ? query.bounds : only(query);
}

/** The same where nothing is no answer: who deletes or reads one record must name it. */
export function requiredBounds(query: unknown): Bounds {
  return query instanceof KeyRange ? query.bounds : only(query);
}

function only(value: unknown): Bounds {
  const key = encodeKey(value);
  return { lower: key, upper: key, lowerOpen: false, upperOpen: false };
}
