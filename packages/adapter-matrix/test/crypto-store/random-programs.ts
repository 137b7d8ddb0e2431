import fc from 'fast-check';

/** What a range is made of; `null` is everything. */
export type RangeSpec =
  | { readonly bound: readonly [unknown, unknown, boolean, boolean] }
  | { readonly lower: unknown; readonly open: boolean }
  | { readonly upper: unknown; readonly open: boolean }
  | { readonly only: unknown }
  | null;

/** One request, or what is done with a cursor at each record. */
export type Command =
  | { readonly do: 'put' | 'add'; readonly store: string; readonly key: unknown; readonly value: unknown }
  | {
      readonly do: 'get' | 'getAll' | 'getAllKeys' | 'count';
      readonly store: string;
      readonly index: string | null;
      readonly range: RangeSpec;
      readonly limit: number;
    }
  | { readonly do: 'delete'; readonly store: string; readonly range: RangeSpec }
  | { readonly do: 'clear'; readonly store: string }
  | {
      readonly do: 'walk';
      readonly store: string;
      readonly index: string | null;
      readonly range: RangeSpec;
      /** What happens at the records in turn. */
      readonly steps: readonly ('keep' | 'delete' | 'update' | 'stop')[];
    }
  /** Waits for the answers so far, in the transaction's own time. */
  | { readonly do: 'wait' };

/** One transaction. */
export interface TransactionSpec {
  readonly stores: readonly string[];
  readonly mode: 'readonly' | 'readwrite';
  readonly commands: readonly Command[];
  readonly end: 'leave' | 'commit' | 'abort';
  /** Whether a failed request aborts it. */
  readonly forgive: boolean;
}

/** What an upgrade does. */
export type Change =
  | { readonly make: 'store'; readonly store: string }
  | {
      readonly make: 'index';
      readonly store: string;
      readonly index: string;
      readonly path: string | readonly string[];
      readonly unique: boolean;
    }
  | { readonly make: 'record'; readonly command: Command }
  | { readonly make: 'less'; readonly store: string };

/** One opening of the database: an upgrade perhaps, then transactions, the last of them at the same time. */
export interface Opening {
  readonly upgrade: { readonly changes: readonly Change[]; readonly abort: boolean } | null;
  readonly transactions: readonly TransactionSpec[];
  readonly together: boolean;
}

const store = fc.constantFrom('one', 'two', 'three');
const index = fc.constantFrom('by_a', 'by_b', 'by_both');
const part = fc.constantFrom<unknown>('', 'a', 'b', 'ab', 'é', '\u{1F600}', '～', '\0', 0, 1, -1, 2.5, 300);
const goodKey = fc.oneof(
  { weight: 8, arbitrary: part },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
  { weight: 2, arbitrary: fc.double({ noNaN: true }).map((number) => number + 0) },
  { weight: 2, arbitrary: fc.array(part, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.date({ noInvalidDate: true }) },
  // fake-indexeddb takes an empty buffer for a detached one.
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 3 }) },
);
const key = fc.oneof(
  { weight: 15, arbitrary: goodKey },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(undefined, null, Number.NaN, {}, [[{}]], true) },
);
const value = fc.oneof(
  fc.record({ a: fc.option(key, { nil: undefined }), b: key }),
  fc.record({ a: part }),
  fc.record({
    b: part,
    bytes: fc.uint8Array({ maxLength: 5 }),
    when: fc.constant(new Date(5)),
    deep: fc.record({ a: part }),
  }),
  fc.constantFrom<unknown>('text', 7, null, undefined, new Map([[1, { x: 2 }]]), () => 1),
);
const range: fc.Arbitrary<RangeSpec> = fc.oneof(
  fc.constant(null),
  // Of what is no key, getAll of a newer draft of the standard makes options.
  fc.record({ only: goodKey }),
  fc.record({ lower: key, open: fc.boolean() }),
  fc.record({ upper: key, open: fc.boolean() }),
  fc.record({ bound: fc.tuple(key, key, fc.boolean(), fc.boolean()) }),
);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom('put' as const, 'add' as const), store, key, value }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('get' as const, 'getAll' as const, 'getAllKeys' as const, 'count' as const),
      store,
      index: fc.option(index),
      range,
      limit: fc.constantFrom(0, 1, 2),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), store, range }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), store }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('walk' as const),
      store,
      index: fc.option(index),
      range,
      steps: fc.array(
        fc.constantFrom('keep' as const, 'delete' as const, 'update' as const, 'stop' as const),
        { maxLength: 5 },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Command>({ do: 'wait' }) },
);
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ make: fc.constant('store' as const), store }) },
  {
    weight: 4,
    arbitrary: fc.record({
      make: fc.constant('index' as const),
      store,
      index,
      path: fc.constantFrom<string | readonly string[]>('a', 'b', 'deep.a', ['a', 'b']),
      unique: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ make: fc.constant('record' as const), command }) },
  { weight: 1, arbitrary: fc.record({ make: fc.constant('less' as const), store }) },
);
const transaction: fc.Arbitrary<TransactionSpec> = fc.record({
  stores: fc.uniqueArray(store, { minLength: 1 }),
  mode: fc.constantFrom('readonly' as const, 'readwrite' as const, 'readwrite' as const),
  commands: fc.array(command, { maxLength: 8 }),
  end: fc.constantFrom('leave' as const, 'leave' as const, 'commit' as const, 'abort' as const),
  forgive: fc.boolean(),
});

/** Programs: openings one after the other, the first with an upgrade that makes something. */
export const programs: fc.Arbitrary<readonly Opening[]> = fc
  .tuple(
    fc.array(change, { minLength: 3, maxLength: 8 }),
    fc.array(
      fc.record({
        upgrade: fc.option(fc.record({ changes: fc.array(change, { maxLength: 4 }), abort: fc.boolean() }), {
          freq: 2,
        }),
        transactions: fc.array(transaction, { maxLength: 4 }),
        together: fc.boolean(),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([changes, openings]) => [
    {
      upgrade: {
        changes: [
          { make: 'store', store: 'one' } as const,
          { make: 'store', store: 'two' } as const,
          ...changes,
        ],
        abort: false,
      },
      transactions: [],
      together: false,
    },
    ...openings,
  ]);
