import { describe, expect, it } from 'vitest';
import { Bench, Script, networkError } from './support/scripted.ts';

describe('whether somebody looks', () => {
  it('is told to every account once, and again to a connection made meanwhile', async () => {
    const scripts = [new Script('one'), new Script('two')];
    const [first] = scripts;
    const bench = await Bench.open(scripts);
    await bench.call('client.focus', { active: true });
    expect(scripts.map(({ signals }) => signals)).toEqual([[], []]);

    await bench.call('client.focus', { active: false });
    await bench.call('client.focus', { active: false });
    const away = { type: 'focus', active: false };
    expect(scripts.map(({ signals }) => signals)).toEqual([[away], [away]]);

    first!.end({ why: 'network', error: networkError });
    await bench.until(() => first!.signals.length === 2);
    expect(first!.runs).toHaveLength(2);
    expect(first!.signals).toEqual([away, away]);

    await bench.call('client.focus', { active: true });
    const here = { type: 'focus', active: true };
    expect(scripts.map(({ signals }) => signals)).toEqual([
      [away, away, here],
      [away, here],
    ]);
    await bench.hub.close();
  });
});
