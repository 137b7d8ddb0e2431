import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applySplices,
  filter,
  Frames,
  group,
  join,
  LiveMapWriter,
  openWindow,
  order,
  project,
} from '../../src/streams/index.ts';
import type { Delta, KeySpan, LiveMap, OffsetSpan, Ordered } from '../../src/streams/index.ts';

interface Row {
  readonly name: string;
  readonly rank: number;
  readonly tags: readonly string[];
  readonly home: number;
}

type Write =
  | { readonly type: 'set'; readonly key: number; readonly row: Row }
  | { readonly type: 'delete'; readonly key: number }
  | { readonly type: 'home'; readonly key: number; readonly name: string | undefined };

const row: fc.Arbitrary<Row> = fc.record({
  name: fc.string({ maxLength: 3 }),
  rank: fc.integer({ min: 0, max: 4 }),
  tags: fc.uniqueArray(fc.constantFrom('work', 'family', 'irc'), { maxLength: 3 }),
  home: fc.integer({ min: 0, max: 3 }),
});
const key = fc.integer({ min: 0, max: 30 });
const write: fc.Arbitrary<Write> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('set' as const), key, row }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete' as const), key }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('home' as const),
      key: fc.integer({ min: 0, max: 3 }),
      name: fc.option(fc.string({ maxLength: 2 }), { nil: undefined }),
    }),
  },
);
const commits = fc.array(fc.array(write, { minLength: 1, maxLength: 12 }), { maxLength: 25 });

const byRankThenName = (a: Row, b: Row): number =>
  a.rank - b.rank || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** Follows a map by its deltas alone, and fails when one is missed, torn or told twice. */
function mirror<K, V>(source: LiveMap<K, V>): Map<K, V> {
  const rows = new Map<K, V>();
  let seen = -1;
  source.delta$.subscribe((delta: Delta<K, V>) => {
    if ('reset' in delta) {
      expect(seen).toBe(-1);
      for (const [k, v] of delta.reset) rows.set(k, v);
    } else {
      expect(delta.since).toBe(seen);
      expect(delta.version).toBeGreaterThan(delta.since);
      expect(delta.version).toBe(source.frames.version);
      for (const [k, v] of delta.set) rows.set(k, v);
      for (const k of delta.removed) expect(rows.delete(k)).toBe(true);
    }
    seen = delta.version;
    expect(seen).toBe(source.version);
    expect(new Map(source.entries())).toEqual(rows);
  });
  return rows;
}

describe('views against the naive computation', () => {
  it('filter, project, join and group equal a fresh computation after every commit', () => {
    fc.assert(
      fc.property(commits, (plan) => {
        const { frames, people, homes, apply } = setUp();
        const low = filter(people, (person) => person.rank < 2);
        const names = project(low, (person) => (person.name === '' ? undefined : person.name));
        const housed = join(people, homes, {
          on: (person) => (person.home === 0 ? undefined : person.home),
          project: (person, home) => `${person.name}@${home ?? '-'}`,
        });
        const tagged = group(people, (person) => person.tags);
        const mirrors = [people, low, names, housed].map((view) => mirror<number, unknown>(view));
        mirror(tagged);
        for (const commit of plan) {
          frames.run(() => commit.forEach(apply));
          const all = [...people.entries()];
          const naiveLow = new Map(all.filter(([, person]) => person.rank < 2));
          expect(mirrors[0]).toEqual(new Map(all));
          expect(mirrors[1]).toEqual(naiveLow);
          expect(mirrors[2]).toEqual(
            new Map([...naiveLow].filter(([, { name }]) => name !== '').map(([k, { name }]) => [k, name])),
          );
          expect(mirrors[3]).toEqual(
            new Map(
              all.map(([k, { name, home }]) => [
                k,
                `${name}@${(home === 0 ? undefined : homes.get(home)) ?? '-'}`,
              ]),
            ),
          );
          const naiveTags = new Map<string, Map<number, Row>>();
          for (const [k, person] of all) {
            for (const tag of person.tags)
              naiveTags.set(tag, (naiveTags.get(tag) ?? new Map<number, Row>()).set(k, person));
          }
          expect(
            new Map([...tagged.entries()].map(([tag, members]) => [tag, new Map(members.entries())])),
          ).toEqual(naiveTags);
        }
      }),
    );
  });

  it('order, its positions and its windows equal sorting the array again', () => {
    const span: fc.Arbitrary<OffsetSpan | KeySpan<number>> = fc.oneof(
      fc.record({ offset: fc.nat(20), limit: fc.nat(8) }),
      fc.record({ key, before: fc.nat(3), after: fc.nat(3) }),
    );
    fc.assert(
      fc.property(commits, fc.array(span, { minLength: 1, maxLength: 3 }), (plan, spans) => {
        const { frames, people, apply } = setUp();
        const ordered = order(people, (person) => person, byRankThenName);
        const windows = spans.map((at) => openWindow(ordered, at));
        const shown = windows.map(() => [] as Row[]);
        const versions: number[] = [];
        windows.forEach((window, i) =>
          window.change$.subscribe((change) => {
            if (change.base !== null) expect(change.base).toBe(versions[i]);
            versions[i] = change.version;
            shown[i] = applySplices(change.base === null ? [] : (shown[i] as Row[]), change.splices);
            expect(shown[i]).toEqual(change.rows);
          }),
        );
        for (const commit of plan) {
          // Removed and set again in one commit, a row keeps its place among equals; in the bare map it loses it.
          const last = new Map(commit.map((step) => [`${step.type === 'home'} ${step.key}`, step]));
          frames.run(() => last.forEach(apply));
          const naive = [...people.entries()].sort(([, a], [, b]) => byRankThenName(a, b));
          // Rows with equal sort keys stand in order of arrival, which is the order of the map.
          expect(pairs(ordered)).toEqual(naive);
          naive.forEach(([k], i) => expect(ordered.indexOf(k)).toBe(i));
          const probe = { name: 'b', rank: 2, tags: [], home: 0 };
          expect(ordered.rank(probe)).toBe(
            naive.filter(([, person]) => byRankThenName(person, probe) < 0).length,
          );
          spans.forEach((at, i) => {
            if ('offset' in at) {
              expect(shown[i]).toEqual(
                naive.slice(at.offset, at.offset + at.limit).map(([, person]) => person),
              );
            } else {
              const found = naive.findIndex(([k]) => k === at.key);
              if (found < 0) return;
              const around = naive.slice(Math.max(0, found - at.before), found + at.after + 1);
              expect(shown[i]).toEqual(around.map(([, person]) => person));
            }
          });
        }
      }),
    );
  });

  it('keeps a large ordered list right through splits, merges and rebuilds', () => {
    const burst = fc.record({
      from: fc.nat(3000),
      length: fc.integer({ min: 1, max: 600 }),
      step: fc.integer({ min: 1, max: 7 }),
      remove: fc.boolean(),
      salt: fc.nat(1000),
    });
    fc.assert(
      fc.property(fc.array(burst, { minLength: 5, maxLength: 40 }), fc.boolean(), (bursts, oneByOne) => {
        const frames = new Frames((error) => {
          throw error;
        });
        const numbers = new LiveMapWriter<number, { readonly sort: number }>(frames);
        const ordered = order(
          numbers,
          (value) => value.sort,
          (a, b) => a - b,
        );
        for (const { from, length, step, remove, salt } of bursts) {
          const change = (i: number): void => {
            const id = (from + i * step) % 3000;
            if (remove) numbers.delete(id);
            else numbers.set(id, { sort: (id * 7919 + salt) % 1009 });
          };
          // Each write a frame of its own moves rows singly; all in one frame may rebuild.
          if (oneByOne) for (let i = 0; i < length; i += 1) change(i);
          else frames.run(() => Array.from({ length }, (_, i) => change(i)));
          const naive = [...numbers.entries()].sort(([, a], [, b]) => a.sort - b.sort);
          expect(pairs(ordered)).toEqual(naive);
          for (let i = 0; i < naive.length; i += 37) expect(ordered.indexOf(naive[i]?.[0] ?? -1)).toBe(i);
          expect(ordered.slice(10, 90)).toEqual(naive.slice(10, 90).map(([, value]) => value));
          expect(ordered.rank(500)).toBe(naive.filter(([, { sort }]) => sort < 500).length);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('gives the right rows wherever it is looked into first after a large build', () => {
    const step = fc.record({
      from: fc.nat(5000),
      length: fc.integer({ min: 1, max: 300 }),
      at: fc.nat(6000),
      remove: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1000, max: 6000 }),
        fc.array(step, { maxLength: 12 }),
        fc.nat(997),
        (count, steps, salt) => {
          const frames = new Frames((error) => {
            throw error;
          });
          const numbers = new LiveMapWriter<number, { readonly sort: number }>(frames);
          const value = (id: number, turn: number): { readonly sort: number } => ({
            sort: (id * 7919 + salt * turn) % 1009,
          });
          frames.run(() => Array.from({ length: count }, (_, id) => numbers.set(id, value(id, 1))));
          const ordered = order(
            numbers,
            ({ sort }) => sort,
            (a, b) => a - b,
          );
          steps.forEach(({ from, length, at, remove }, turn) => {
            for (let id = from; id < from + length; id += 1) {
              if (remove) numbers.delete(id);
              else numbers.set(id, value(id, turn + 2));
            }
            const naive = [...numbers.entries()].sort(([, a], [, b]) => a.sort - b.sort);
            expect(ordered.size).toBe(naive.length);
            if (turn % 3 === 0)
              expect(ordered.slice(at, at + 70)).toEqual(naive.slice(at, at + 70).map(([, row]) => row));
            const probe = naive[at % Math.max(1, naive.length)];
            if (turn % 3 === 1 && probe !== undefined)
              expect(ordered.indexOf(probe[0])).toBe(at % naive.length);
            if (turn % 3 === 2)
              expect(ordered.rank(at % 1009)).toBe(naive.filter(([, row]) => row.sort < at % 1009).length);
          });
          expect(pairs(ordered)).toEqual([...numbers.entries()].sort(([, a], [, b]) => a.sort - b.sort));
        },
      ),
      { numRuns: 60 },
    );
  });
});

function setUp(): {
  frames: Frames;
  people: LiveMapWriter<number, Row>;
  homes: LiveMapWriter<number, string>;
  apply: (step: Write) => void;
} {
  const frames = new Frames((error) => {
    throw error;
  });
  const people = new LiveMapWriter<number, Row>(frames);
  const homes = new LiveMapWriter<number, string>(frames);
  const apply = (step: Write): void => {
    if (step.type === 'set') people.set(step.key, step.row);
    else if (step.type === 'delete') people.delete(step.key);
    else if (step.name === undefined) homes.delete(step.key);
    else homes.set(step.key, step.name);
  };
  return { frames, people, homes, apply };
}

function pairs<K, V>(ordered: Ordered<K, V>): [K, V][] {
  return ordered.rows(0, ordered.size).map(({ key, value }) => [key, value]);
}
