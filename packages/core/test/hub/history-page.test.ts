import { describe, expect, it } from 'vitest';
import type { Gap, PageRequest } from '@natter/core';
import { Bench, Script, key, message, page, timeline } from './support/scripted.ts';

const told = (...ids: readonly number[]) =>
  ids.map((id) => message(String(id), { stable: key(String(id)), receivedAt: id }));
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

async function asked(bench: Bench, limit: number, before?: string) {
  const { id } = await bench.conversation();
  const rows = await bench.messages();
  const anchor = rows.find(({ content }) => content.text === before)?.id;
  const answer = await bench.call('history.page', {
    conversation: id,
    limit,
    ...(anchor ? { before: anchor } : {}),
  });
  return { ...answer, texts: answer.rows.map(({ content }) => content.text) };
}

describe('a page of history', () => {
  it('before the oldest stored row is asked for before that row, and not from the end', async () => {
    const script = new Script();
    const requests: PageRequest[] = [];
    script.history = async (request) => {
      requests.push(request);
      return {
        batch: { origin: 'archive', events: [page(told(1, 2, 3), null, request.anchor ?? null)] },
        next: null,
        reached: 'start',
      };
    };
    const bench = await Bench.open([script]);
    await script.commit({ events: [timeline(...told(4, 5))] });
    expect((await asked(bench, 3, '4')).texts).toEqual(['1', '2', '3']);
    expect(requests).toMatchObject([{ anchor: '4' }]);
    await bench.hub.close();
  });

  it('does not say that it is the first because the network could not be asked', async () => {
    const script = new Script();
    script.history = () => Promise.reject(new Error('busy'));
    const bench = await Bench.open([script]);
    await script.commit({ events: [timeline(...told(4))] });
    expect(await asked(bench, 3)).toMatchObject({ texts: ['4'], atStart: false });
    script.history = async () => ({
      batch: { origin: 'archive', events: [] },
      next: null,
      reached: 'start',
    });
    expect(await asked(bench, 3)).toMatchObject({ texts: ['4'], atStart: true });
    await bench.hub.close();
  });

  it('with a hole in it is filled first, which takes its pages from nobody else', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const gap: Gap = { id: 'g', conversation: key('bob'), after: key('10'), before: key('21'), token: null };
    await script.commit({
      events: [timeline(...told(...numbers(1, 10))), timeline(...told(...numbers(21, 30)))],
      gaps: [{ op: 'open', gap }],
    });
    const gaps: (Gap | undefined)[] = [];
    script.history = async (request) => {
      gaps.push(request.gap);
      const to = Number(request.gap?.before) - 1;
      const from = to - 4;
      return {
        batch: {
          origin: 'archive',
          events: [page(told(...numbers(from, to)), from === 11 ? key('10') : null, key(String(to + 1)))],
          gaps: [
            from > 11 ? { op: 'open', gap: { ...gap, before: key(String(from)) } } : { op: 'close', id: 'g' },
          ],
        },
        next: 'more',
        reached: null,
      };
    };
    expect((await asked(bench, 4)).texts).toEqual(['27', '28', '29', '30']);
    expect(gaps).toEqual([]);
    expect((await asked(bench, 12)).texts).toEqual(numbers(19, 30).map(String));
    expect(gaps.map((asked_) => asked_?.before)).toEqual(['21']);
    expect((await asked(bench, 12, '19')).texts).toEqual(numbers(7, 18).map(String));
    expect(await bench.texts()).toEqual(numbers(1, 30).map(String));
    await bench.hub.close();
  });

  it('shows what there is when the hole cannot be filled, and asks for each hole once', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const gap: Gap = { id: 'g', conversation: key('bob'), after: key('1'), before: key('5'), token: null };
    await script.commit({ events: [timeline(...told(1, 5))], gaps: [{ op: 'open', gap }] });
    let asks = 0;
    script.history = async () => {
      asks += 1;
      throw new Error('no');
    };
    expect((await asked(bench, 2)).texts).toEqual(['1', '5']);
    expect(asks).toBe(1);
    await bench.hub.close();
  });
});
