import { BehaviorSubject, combineLatest, map, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { combine, EventStream, Frames, LiveMapWriter, State } from '../../src/streams/index.ts';
import type { Delta } from '../../src/streams/index.ts';

function makeFrames(): { frames: Frames; errors: unknown[] } {
  const errors: unknown[] = [];
  return { frames: new Frames((error) => errors.push(error)), errors };
}

describe('a frame', () => {
  it('mutates every collection before it tells any listener, and tells each once with one version', () => {
    const { frames } = makeFrames();
    const left = new LiveMapWriter<string, number>(frames);
    const right = new LiveMapWriter<string, number>(frames);
    const seen: [number | undefined, number | undefined, number][] = [];
    left.delta$.subscribe(({ version }) => seen.push([left.get('x'), right.get('x'), version]));
    right.delta$.subscribe(({ version }) => seen.push([left.get('x'), right.get('x'), version]));
    seen.length = 0;
    frames.run(() => {
      left.set('x', 1);
      left.set('x', 2);
      right.set('x', 2);
    });
    expect(seen).toEqual([
      [2, 2, 1],
      [2, 2, 1],
    ]);
  });

  it('queues a write made by a listener, so that nobody hears an older value after a newer one', () => {
    const { frames } = makeFrames();
    const state = new State(frames, 0);
    const second: number[] = [];
    state.value$.subscribe((value) => {
      if (value === 1) state.set(2);
    });
    state.value$.subscribe((value) => second.push(value));
    state.set(1);
    expect(second).toEqual([0, 1, 2]);

    // The proof that the test can fail: a BehaviorSubject shows its second subscriber 2 before 1.
    const subject = new BehaviorSubject(0);
    const wrong: number[] = [];
    subject.subscribe((value) => {
      if (value === 1) subject.next(2);
    });
    subject.subscribe((value) => wrong.push(value));
    subject.next(1);
    expect(wrong).toEqual([0, 2, 1]);
  });

  it('joins a run inside a write to the same commit', () => {
    const { frames } = makeFrames();
    const state = new State(frames, 0);
    frames.run(() => {
      frames.run(() => state.set(1));
      expect(state.value).toBe(1);
    });
    expect(frames.version).toBe(1);
  });

  it('takes no version when nothing changed', () => {
    const { frames } = makeFrames();
    const rows = new LiveMapWriter<string, number>(frames);
    rows.set('x', 1);
    const deltas: Delta<string, number>[] = [];
    rows.delta$.subscribe((delta) => deltas.push(delta));
    frames.run(() => {
      rows.set('x', 1);
      rows.set('y', 2);
      rows.delete('y');
    });
    expect(frames.version).toBe(1);
    expect(deltas).toHaveLength(1);
  });

  it('tells what was written before a write failed, and throws the error to its caller', () => {
    const { frames, errors } = makeFrames();
    const state = new State(frames, 0);
    const seen: number[] = [];
    state.value$.subscribe((value) => seen.push(value));
    expect(() =>
      frames.run(() => {
        state.set(1);
        throw new Error('half way');
      }),
    ).toThrow('half way');
    expect(seen).toEqual([0, 1]);
    expect(errors).toEqual([]);
  });

  it('reports the error of a queued write, which has no caller', () => {
    const { frames, errors } = makeFrames();
    const state = new State(frames, 0);
    state.value$.subscribe((value) => {
      if (value === 1) {
        frames.run(() => {
          throw new Error('queued');
        });
      }
    });
    state.set(1);
    expect(errors).toEqual([new Error('queued')]);
  });

  it('shows a subscriber that comes in mid-write the settled state only, once', () => {
    const { frames } = makeFrames();
    const rows = new LiveMapWriter<string, number>(frames);
    const sizes: number[] = [];
    frames.run(() => {
      rows.set('a', 1);
      rows.delta$.subscribe((delta) => sizes.push('reset' in delta ? [...delta.reset].length : -1));
      rows.set('b', 2);
    });
    expect(sizes).toEqual([2]);
  });

  it('does not tell a subscriber that comes while listeners are told of that frame again', () => {
    const { frames } = makeFrames();
    const rows = new LiveMapWriter<string, number>(frames);
    const events = new EventStream<string>(frames);
    const late: string[] = [];
    rows.watch('a').subscribe((value) => {
      if (value !== 1) return;
      rows.delta$.subscribe((delta) => late.push('reset' in delta ? 'reset' : 'delta'));
      rows.watch('a').subscribe((row) => late.push(`row ${row}`));
      events.event$.subscribe((event) => late.push(event));
    });
    frames.run(() => {
      rows.set('a', 1);
      events.emit('first');
    });
    expect(late).toEqual(['reset', 'row 1']);
    events.emit('second');
    expect(late).toEqual(['reset', 'row 1', 'second']);
  });
});

describe('a throwing subscriber', () => {
  it('harms only itself and is reported, with and without operators', () => {
    const { frames, errors } = makeFrames();
    const state = new State(frames, 0);
    const seen: number[] = [];
    state.value$.subscribe(() => {
      throw new Error('plain');
    });
    state.value$.pipe(map((value) => value + 1)).subscribe({
      next: () => {
        throw new Error('piped');
      },
    });
    state.value$
      .pipe(
        map(() => {
          throw new Error('operator');
        }),
      )
      .subscribe();
    state.value$.subscribe((value) => seen.push(value));
    state.set(1);
    expect(seen).toEqual([0, 1]);
    expect(errors.map((error) => (error as Error).message)).toEqual([
      'plain',
      'piped',
      'operator',
      'plain',
      'piped',
    ]);
  });

  it('leaves operators that unsubscribe in their first value working', () => {
    const { frames } = makeFrames();
    const rows = new LiveMapWriter<string, number>(frames);
    const seen: (number | undefined)[] = [];
    rows.set('x', 1);
    rows
      .watch('x')
      .pipe(take(1))
      .subscribe((value) => seen.push(value));
    rows.set('x', 2);
    expect(seen).toEqual([1]);
    expect(rows.watchedKeys).toBe(0);
  });
});

describe('State', () => {
  it('gives a subscriber that comes after the end the last value, then completion', () => {
    const { frames } = makeFrames();
    const state = new State<string>(frames, 'first');
    const heard: string[] = [];
    state.value$.subscribe({ next: (value) => heard.push(value), complete: () => heard.push('done') });
    state.end('last');
    state.set('ignored');
    state.value$.subscribe({
      next: (value) => heard.push(`late ${value}`),
      complete: () => heard.push('late done'),
    });
    expect(heard).toEqual(['first', 'last', 'done', 'late last', 'late done']);
  });

  it('combines with others without torn pairs, once a frame', () => {
    const { frames, errors } = makeFrames();
    const a = new State(frames, 0);
    const b = new State(frames, 0);
    const pair = combine([a, b], () => {
      if (a.value === 9) throw new Error('nine');
      return [a.value, b.value];
    });
    const sum = combine([pair], () => (pair.value[0] ?? 0) + (pair.value[1] ?? 0));
    const heard: unknown[] = [];
    pair.value$.subscribe({ next: (value) => heard.push(value), complete: () => heard.push('done') });
    sum.value$.subscribe((value) => heard.push(value));
    // A listener of a source finds the combination up to date.
    a.value$.subscribe((value) => expect(value === 9 || pair.value[0] === value).toBe(true));
    const torn: [number, number][] = [];
    combineLatest([a.value$, b.value$]).subscribe((both) => torn.push(both));
    frames.run(() => {
      a.set(1);
      b.set(1);
    });
    expect(heard).toEqual([[0, 0], 0, [1, 1], 2]);
    // What it is for: combineLatest over both emits a torn pair on the way.
    expect(torn).toContainEqual([1, 0]);
    a.set(9);
    expect(errors).toEqual([new Error('nine')]);
    expect(pair.value).toEqual([1, 1]);
    b.end();
    a.set(2);
    expect(heard).toEqual([[0, 0], 0, [1, 1], 2, 'done']);
  });
});

describe('EventStream', () => {
  it('is hot, replays nothing, keeps the order of a frame and completes', () => {
    const { frames } = makeFrames();
    const events = new EventStream<number>(frames);
    const heard: (number | string)[] = [];
    events.emit(0);
    events.event$.subscribe({ next: (event) => heard.push(event), complete: () => heard.push('done') });
    frames.run(() => {
      events.emit(1);
      events.emit(2);
      expect(heard).toEqual([]);
    });
    events.end();
    events.emit(3);
    events.event$.subscribe({ complete: () => heard.push('late done') });
    expect(heard).toEqual([1, 2, 'done', 'late done']);
  });
});
