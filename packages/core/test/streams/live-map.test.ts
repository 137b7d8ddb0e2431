import { describe, expect, it } from 'vitest';
import { filter, Frames, group, LiveMapWriter, openWindow, order, project } from '../../src/streams/index.ts';

function makeMap<K, V>(): { frames: Frames; errors: unknown[]; rows: LiveMapWriter<K, V> } {
  const errors: unknown[] = [];
  const frames = new Frames((error) => errors.push(error));
  return { frames, errors, rows: new LiveMapWriter<K, V>(frames) };
}

describe('watch', () => {
  it('calls only the watchers of the key that changed, and frees the entry with the last one', () => {
    const { rows } = makeMap<number, string>();
    const calls: number[] = [];
    const open = Array.from({ length: 1000 }, (_, key) => rows.watch(key).subscribe(() => calls.push(key)));
    const again = rows.watch(7).subscribe(() => calls.push(7));
    expect(rows.watchedKeys).toBe(1000);
    calls.length = 0;
    rows.set(7, 'x');
    expect(calls).toEqual([7, 7]);
    open[7]?.unsubscribe();
    expect(rows.watchedKeys).toBe(1000);
    again.unsubscribe();
    expect(rows.watchedKeys).toBe(999);
    for (const subscription of open) subscription.unsubscribe();
    expect(rows.watchedKeys).toBe(0);
  });

  it('shows the row now, each change of it, and undefined when it goes', () => {
    const { rows } = makeMap<string, number>();
    const seen: (number | undefined | string)[] = [];
    rows.watch('a').subscribe({ next: (value) => seen.push(value), complete: () => seen.push('done') });
    rows.set('a', 1);
    rows.set('b', 9);
    rows.delete('a');
    rows.end();
    rows.watch('b').subscribe({ next: (value) => seen.push(value), complete: () => seen.push('late done') });
    expect(seen).toEqual([undefined, 1, undefined, 'done', 9, 'late done']);
    expect(rows.watchedKeys).toBe(0);
  });
});

describe('the end of a map', () => {
  it('completes the map, its views, their groups and their windows after the last change', () => {
    const { frames, rows } = makeMap<string, { readonly n: number }>();
    const heard: string[] = [];
    const hear = (name: string): { next: () => void; complete: () => void } => ({
      next: () => heard.push(name),
      complete: () => heard.push(`${name} done`),
    });
    rows.set('a', { n: 1 });
    const all = filter(rows, () => true);
    const groups = group(all, () => ['g']);
    rows.delta$.subscribe(hear('rows'));
    all.delta$.subscribe(hear('filter'));
    groups.get('g')?.delta$.subscribe(hear('group'));
    openWindow(
      order(
        all,
        (row) => row.n,
        (a, b) => a - b,
      ),
      { offset: 0, limit: 10 },
    ).change$.subscribe(hear('window'));
    heard.length = 0;
    frames.run(() => {
      rows.set('b', { n: 2 });
      rows.end();
    });
    expect([...heard].sort()).toEqual(
      ['rows', 'rows done', 'filter', 'filter done', 'group', 'group done', 'window', 'window done'].sort(),
    );
  });

  it('comes to a disposed view alone', () => {
    const { rows } = makeMap<string, number>();
    const view = project(rows, (n) => n + 1);
    const heard: string[] = [];
    view.delta$.subscribe({ next: () => heard.push('view'), complete: () => heard.push('done') });
    rows.delta$.subscribe({ next: () => heard.push('rows'), complete: () => heard.push('wrong') });
    heard.length = 0;
    view.dispose();
    rows.set('a', 1);
    expect(heard).toEqual(['done', 'rows']);
    expect(view.size).toBe(0);
  });
});

describe('a view function', () => {
  it('that throws for one row leaves that row out, and is reported', () => {
    const { rows, errors } = makeMap<string, number>();
    const view = filter(rows, (n) => {
      if (n === 13) throw new Error('unlucky');
      return true;
    });
    const ordered = order(
      rows,
      (n) => {
        if (n === 13) throw new Error('unordered');
        return n;
      },
      (a, b) => a - b,
    );
    rows.set('a', 13);
    rows.set('b', 12);
    rows.set('c', 11);
    expect([...view.entries()].map(([key]) => key)).toEqual(['b', 'c']);
    expect(ordered.slice(0, 9)).toEqual([11, 12]);
    rows.set('b', 13);
    expect(ordered.slice(0, 9)).toEqual([11]);
    rows.set('b', 10);
    expect(ordered.slice(0, 9)).toEqual([10, 11]);
    expect(new Set(errors.map((error) => (error as Error).message))).toEqual(
      new Set(['unlucky', 'unordered']),
    );
  });

  it('must not write', () => {
    const { rows, errors } = makeMap<string, number>();
    filter(rows, () => {
      rows.set('other', 1);
      return true;
    });
    rows.set('a', 1);
    expect(String(errors[0])).toContain('must not write');
    expect(rows.has('other')).toBe(false);
  });
});

describe('views', () => {
  it('are up to date when the listeners of their source are called', () => {
    const { rows } = makeMap<string, number>();
    const view = project(
      filter(rows, (n) => n > 0),
      (n) => n * 2,
    );
    const ordered = order(
      view,
      (n) => n,
      (a, b) => b - a,
    );
    const seen: unknown[] = [];
    rows.delta$.subscribe(() => seen.push([view.get('a'), ordered.slice(0, 1)]));
    rows.set('a', 4);
    expect(seen.at(-1)).toEqual([8, [8]]);
  });

  it('made in mid-commit take each row in once', () => {
    const { frames, rows } = makeMap<string, number>();
    const seen: number[] = [];
    frames.run(() => {
      rows.set('a', 1);
      const view = filter(rows, () => true);
      view.delta$.subscribe((delta) => seen.push('reset' in delta ? [...delta.reset].length : -1));
      rows.set('b', 2);
    });
    expect(seen).toEqual([2]);
  });
});

describe('a window', () => {
  it('around a key does not move when rows come and go elsewhere, and stays where a removed anchor was', () => {
    const { rows } = makeMap<string, { readonly n: number }>();
    for (const n of [1, 2, 3, 4, 5, 6, 7]) rows.set(`k${n}`, { n });
    const ordered = order(
      rows,
      (row) => row.n,
      (a, b) => a - b,
    );
    const window = openWindow(ordered, { key: 'k4', before: 1, after: 1 });
    const shown = (): number[] => window.current.rows.map(({ n }) => n);
    rows.set('k0', { n: 0 });
    expect(shown()).toEqual([3, 4, 5]);
    rows.delete('k4');
    expect(shown()).toEqual([3, 5, 6]);
    window.move({ offset: 0, limit: 2 });
    expect(shown()).toEqual([0, 1]);
    expect(window.current).toMatchObject({ total: 7, atStart: true, atEnd: false, offset: 0 });
  });
});
