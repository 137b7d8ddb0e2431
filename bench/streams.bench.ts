/**
 * The live contact list: what one change costs in a sorted list of 1,000 and of 100,000 people, how long the first
 * snapshot and the first window take, and 1,000 open conversations dispatched by key against 1,000 filters.
 */
import { filter, Subject } from 'rxjs';
import { Frames, LiveMapWriter, openWindow, order } from '@natter/core';
import type { Ordered } from '@natter/core';
import { figure, median, middleRound, report, time, timeEach } from './lib/measure.ts';
import type { Figures } from './lib/measure.ts';

interface Row {
  readonly id: string;
  readonly name: string;
  /** 0 is online. */
  readonly presence: number;
  readonly lastActivity: number;
}

let seed = 1;
/** A fixed sequence, so that runs can be compared. */
function random(below: number): number {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
  return seed % below;
}

function makePeople(count: number): Row[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `p${i}`,
    name: `${'abcdefghijklmnopqrstuvwxyz'[random(26)]}${random(1e6)} surname ${random(1e6)}`,
    presence: random(5),
    lastActivity: 1.7e12 + random(1e9),
  }));
}

type SortKey = readonly [presence: number, recency: number, name: string];
const sortKey = (row: Row): SortKey => [row.presence, -row.lastActivity, row.name];
const compare = (a: SortKey, b: SortKey): number =>
  a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : a[2] > b[2] ? 1 : 0);

interface List {
  readonly frames: Frames;
  readonly people: LiveMapWriter<string, Row>;
  readonly ordered: Ordered<string, Row, SortKey>;
}

function makeList(rows: readonly Row[]): List {
  const frames = new Frames((error) => {
    throw error;
  });
  const people = new LiveMapWriter<string, Row>(frames);
  frames.run(() => {
    for (const row of rows) people.set(row.id, row);
  });
  return { frames, people, ordered: order(people, sortKey, compare) };
}

/** One presence change of somebody, with a window of 50 open and listened to. */
function changes({ people }: List, count: number, rounds: number): Figures {
  const rows = Array.from({ length: rounds }, () => {
    const row = people.get(`p${random(count)}`);
    if (row === undefined) throw new Error('There is no such person.');
    return { ...row, presence: random(5), lastActivity: row.lastActivity + 1 };
  });
  return timeEach(rows, (row) => people.set(row.id, row));
}

function benchOneChange(): void {
  const sizes = [1_000, 100_000] as const;
  const lists = sizes.map((size) => makeList(makePeople(size)));
  let spliced = 0;
  for (const { ordered } of lists) {
    openWindow(ordered, { offset: 0, limit: 50 }).change$.subscribe(
      (change) => (spliced += change.splices.length),
    );
  }
  const rounds: Figures[][] = sizes.map(() => []);
  lists.forEach((list, i) => changes(list, sizes[i] ?? 0, 20_000));
  for (let round = 0; round < 5; round += 1) {
    lists.forEach((list, i) => rounds[i]?.push(changes(list, sizes[i] ?? 0, 60_000)));
  }
  const [small, large] = rounds.map((all) => middleRound(all)) as [Figures, Figures];
  report('one change in 1,000 people, mean', figure(small.mean, 'us'));
  report('one change in 100,000 people, mean', figure(large.mean, 'us'), '<= 10 us');
  report('one change in 100,000 people, p99', figure(large.p99, 'us'), '<= 100 us');
  report('ratio of the means, 100,000 to 1,000', figure(large.mean / small.mean, 'x'), '<= 2x');
  const [few, many] = sizes.map((size) => bareWrites(size)) as [number, number];
  report(
    'for comparison: a write to a bare Map of 1,000 / 100,000',
    `${few.toFixed(3)} / ${many.toFixed(3)} us`,
  );
  const allocated = lists.map((list, i) => allocatedBy(() => changes(list, sizes[i] ?? 0, 1_000)) / 1_000);
  report(
    'allocated by one change in 1,000 / 100,000',
    allocated.map((n) => Math.round(n)).join(' / ') + ' bytes',
  );

  const rows = makePeople(100_000);
  const sorting = median(
    [1, 2, 3].map(() =>
      time(() => rows.map((row) => ({ row, key: sortKey(row) })).sort((a, b) => compare(a.key, b.key))),
    ),
  );
  report('for comparison: sorting 100,000 again at each change', figure(sorting * 1000, 'us'));
  report('ratio of sorting again to one change', figure((sorting * 1000) / large.mean, 'x'));
  if (spliced === 0) throw new Error('The windows were not told of anything.');
}

/** Microseconds of a write to a Map of so many rows. */
function bareWrites(size: number): number {
  const rows = makePeople(size);
  const map = new Map(rows.map((row) => [row.id, row]));
  const writes = Array.from({ length: 500_000 }, () => rows[random(size)] as Row);
  const round = (): number =>
    (time(() => writes.forEach((row) => map.set(row.id, row))) * 1000) / writes.length;
  return median(Array.from({ length: 5 }, round));
}

/** Bytes of garbage that a call makes, as long as no collection comes in between: the middle of several tries. */
function allocatedBy(call: () => void): number {
  const tries = [1, 2, 3, 4, 5].map(() => {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    call();
    return process.memoryUsage().heapUsed - before;
  });
  return median(tries);
}

function benchFirstLook(): void {
  const rows = makePeople(100_000);
  const loads: number[] = [];
  const snapshots: number[] = [];
  const windows: number[] = [];
  const late: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    globalThis.gc?.();
    const frames = new Frames((error) => {
      throw error;
    });
    const people = new LiveMapWriter<string, Row>(frames);
    const load = time(() => frames.run(() => rows.forEach((row) => people.set(row.id, row))));
    let ordered: Ordered<string, Row, SortKey> | undefined;
    const sort = time(() => (ordered = order(people, sortKey, compare)));
    if (ordered === undefined) throw new Error('unreachable');
    const list = ordered;
    let size = 0;
    const window = time(() => {
      openWindow(list, { offset: 0, limit: 50 }).change$.subscribe(
        ({ rows: shown }) => (size += shown.length),
      );
    });
    const all = time(() => (size += list.slice(0, list.size).length));
    if (size !== 100_050) throw new Error(`The list shows ${size} rows.`);
    loads.push(load);
    snapshots.push(load + sort + all);
    windows.push(load + sort + window);

    // The list is there first and the rows come then, in one frame, as from a store.
    const later = new LiveMapWriter<string, Row>(frames);
    const waiting = openWindow(order(later, sortKey, compare), { offset: 0, limit: 50 });
    late.push(time(() => frames.run(() => rows.forEach((row) => later.set(row.id, row)))));
    if (waiting.current.total !== 100_000) throw new Error('The waiting window was not filled.');
  }
  const bare = median([1, 2, 3, 4, 5].map(() => time(() => new Map(rows.map((row) => [row.id, row])))));
  report('bare Map of 100,000 rows', figure(bare, 'ms'));
  report('live map of 100,000 rows in one frame', figure(median(loads), 'ms'));
  report('first window of 50, rows loaded and sorted', figure(median(windows), 'ms'), '<= 150 ms');
  report('first window of 50, opened before the rows came', figure(median(late), 'ms'), '<= 150 ms');
  report('first snapshot of 100,000, loaded and sorted', figure(median(snapshots), 'ms'), '<= 400 ms');
}

function benchDispatch(): void {
  const keys = Array.from({ length: 1_000 }, (_, i) => `c${i}`);
  const frames = new Frames((error) => {
    throw error;
  });
  const conversations = new LiveMapWriter<string, { readonly n: number }>(frames);
  let heard = 0;
  for (const key of keys) conversations.watch(key).subscribe(() => (heard += 1));
  const events = new Subject<{ readonly key: string; readonly n: number }>();
  for (const key of keys) events.pipe(filter((event) => event.key === key)).subscribe(() => (heard += 1));

  const keyed: number[] = [];
  const batched: number[] = [];
  const filtered: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const one = time(() => {
      for (let n = 0; n < 200_000; n += 1) conversations.set(keys[n % 1_000] ?? '', { n });
    });
    const batch = time(() => {
      for (let n = 0; n < 200_000; n += 100) {
        frames.run(() => {
          for (let i = n; i < n + 100; i += 1) conversations.set(keys[i % 1_000] ?? '', { n: i });
        });
      }
    });
    const filters = time(() => {
      for (let n = 0; n < 2_000; n += 1) events.next({ key: keys[n % 1_000] ?? '', n });
    });
    keyed.push(200_000 / one);
    batched.push(200_000 / batch);
    filtered.push(2_000 / filters);
  }
  const expected = 1_000 + 5 * 402_000;
  if (heard !== expected) throw new Error(`Heard ${heard} events of ${expected}.`);
  report('1,000 conversations by filter', figure(median(filtered), 'events/ms'));
  report('1,000 conversations by key, a frame for each event', figure(median(keyed), 'events/ms'));
  report('1,000 conversations by key, 100 events a frame', figure(median(batched), 'events/ms'));
  report('ratio of keyed dispatch to filters', figure(median(keyed) / median(filtered), 'x'), '>= 10x');
}

benchOneChange();
benchFirstLook();
benchDispatch();
