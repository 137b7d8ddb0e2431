import { describe, expect, it } from 'vitest';
import { Bench, Script, key, message, timeline } from './support/scripted.ts';

describe('the change log', () => {
  it('tells a reader whom its retention has passed, instead of leaving something out', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const say = (id: number) =>
      script.commit({ events: [timeline(message(String(id), { stable: key(String(id)) }))] });
    await say(1);
    await say(2);
    const stop = new AbortController();
    const changes = bench.hub.handlers.streams.changes({ after: 'start', types: ['message'] }, stop.signal);
    const reader = changes[Symbol.asyncIterator]();
    await reader.next();
    const first = await reader.next();
    expect(first.value).toMatchObject({ items: [{ type: 'message' }] });
    for (let id = 3; id < 9; id += 1) await say(id);
    await bench.store.apply([{ remove: 'changes', upTo: bench.hub.profile.lastChange - 1 }]);
    const rest = async () => {
      for (let next = await reader.next(); next.done !== true; next = await reader.next());
    };
    await expect(rest()).rejects.toMatchObject({ data: { code: 'not-found' } });
    stop.abort();
    await bench.hub.close();
  });
});
