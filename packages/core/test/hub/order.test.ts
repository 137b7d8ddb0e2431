import { memoryStore } from '@natter/core';
import { describe, expect, it, vi } from 'vitest';
import { Bench, Script, key, message, networkError, page, timeline } from './support/scripted.ts';

const m = (id: string) => message(id, { stable: key(id) });

describe('order where only the archive knows it', () => {
  it('puts what was missed before what came live meanwhile', async () => {
    const script = new Script('script', { catchUp: 'account' });
    let answer: (() => void) | null = null;
    script.catchUp = () =>
      new Promise((resolve) => {
        answer = () =>
          resolve({
            batch: { origin: 'archive', events: [page([m('b'), m('c')])], cursors: { account: 'c' } },
            next: null,
            reached: 'end',
          });
      });
    script.goesOnline = false;
    const bench = await Bench.open([script]);
    await script.commit({ events: [page([m('a')])] });
    script.host?.phase('online');
    await bench.until(() => answer !== null);
    await script.commit({ events: [timeline(m('d'))], cursors: { account: 'd' } });
    expect(bench.hub.profile.cursors.get(bench.accounts[0]!, 'account')).toBeUndefined();
    answer!();
    await bench.until(async () => (await bench.texts()).length === 4);
    expect(await bench.texts()).toEqual(['a', 'b', 'c', 'd']);
    await bench.until(() => bench.hub.profile.cursors.get(bench.accounts[0]!, 'account') === 'c');
    await script.commit({ events: [timeline(m('e'))], cursors: { account: 'e' } });
    expect(bench.hub.profile.cursors.get(bench.accounts[0]!, 'account')).toBe('e');
    expect((await bench.messages()).every(({ provisional }) => !provisional)).toBe(true);
    await bench.hub.close();
  });

  it('takes the archive for right when live messages came in another order', async () => {
    const script = new Script('script', { catchUp: 'account' });
    let release: (() => void) | null = null;
    script.catchUp = () =>
      new Promise((resolve) => {
        release = () =>
          resolve({
            batch: { origin: 'archive', events: [page([m('a'), m('b'), m('x')])] },
            next: null,
            reached: 'end',
          });
      });
    script.goesOnline = false;
    const bench = await Bench.open([script]);
    script.host?.phase('online');
    await bench.until(() => release !== null);
    await script.commit({ events: [timeline(m('x'), m('b'))] });
    release!();
    await bench.until(async () => (await bench.texts()).length === 3);
    expect(await bench.texts()).toEqual(['a', 'b', 'x']);
    await bench.hub.close();
  });

  it('reads no stored rows for pages that come behind all that is settled', async () => {
    const store = memoryStore();
    const script = new Script('script', { catchUp: 'account' });
    const pages = [[m('a'), m('b')], [m('c')], [m('c'), m('d')]].map((items) => page(items));
    const read = vi.spyOn(store, 'timeline');
    const readBefore: number[] = [];
    script.catchUp = async (after) => {
      const next = Number(after ?? -1) + 1;
      readBefore.push(read.mock.calls.length);
      return {
        batch: { origin: 'archive', events: [pages[next]!], cursors: { account: String(next) } },
        next: next === 2 ? null : String(next),
        reached: next === 2 ? 'end' : null,
      };
    };
    const bench = await Bench.open([script], { store });
    await bench.until(() => bench.hub.profile.cursors.get(bench.accounts[0]!, 'account') === '2');
    expect(readBefore).toEqual([0, 0, 0]);
    // The last page tells again of one that is stored: where it overlaps is looked up.
    expect(read).toHaveBeenCalled();
    expect(await bench.texts()).toEqual(['a', 'b', 'c', 'd']);
    await bench.hub.close();
  });

  it('puts a page of older history before its anchor and a gap between its neighbours', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({ events: [timeline(m('e'), m('i'))] });
    await script.commit({ origin: 'archive', events: [page([m('c'), m('d')], null, key('e'))] });
    await script.commit({ origin: 'archive', events: [page([m('a'), m('b')], null, key('c'))] });
    await script.commit({ origin: 'archive', events: [page([m('f'), m('g'), m('h')], key('e'), key('i'))] });
    expect(await bench.texts()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']);
    await bench.hub.close();
  });

  it('puts a later catch-up behind what was live in the session before', async () => {
    const script = new Script('script', { catchUp: 'account' });
    const bench = await Bench.open([script]);
    await script.commit({ events: [timeline(m('a'))] });
    await script.commit({ events: [timeline(m('b'))] });
    script.catchUp = async () => ({
      batch: { origin: 'archive', events: [page([m('c'), m('d')])] },
      next: null,
      reached: 'end',
    });
    script.end({ why: 'network', error: networkError });
    await bench.until(async () => (await bench.texts()).length === 4);
    expect(await bench.texts()).toEqual(['a', 'b', 'c', 'd']);
    await bench.hub.close();
  });

  it('is what the network says where it gives keys, whatever the order of arrival', async () => {
    const script = new Script('script', { order: 'total' });
    const bench = await Bench.open([script]);
    const keyed = (...ids: string[]) => ({
      type: 'timeline' as const,
      conversation: key('bob'),
      place: { by: 'key' as const, keys: ids as never[] },
      items: ids.map(m),
    });
    await script.commit({ events: [keyed('c', 'e')] });
    await script.commit({ events: [keyed('a', 'd')] });
    await script.commit({ events: [keyed('a', 'b', 'c')] });
    expect(await bench.texts()).toEqual(['a', 'b', 'c', 'd', 'e']);
    await bench.hub.close();
  });

  it('moves what we sent to where its echo shows that the network has put it', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({ events: [timeline(m('a'))] });
    const { id } = await bench.conversation();
    const draft = { content: { kind: 'text', text: 'mine' } } as const;
    const sent = await bench.call('message.send', { key: 'k', to: { conversation: id }, draft });
    await bench.until(
      async () => (await bench.call('message.get', { message: sent.message })).delivery === 'sent',
    );
    await script.commit({ events: [timeline(m('b'))] });
    const echo = message('mine', {
      self: true,
      stable: key(`s-${sent.operation}`),
      operation: sent.operation,
    });
    await script.commit({ events: [timeline(echo)] });
    expect(await bench.texts()).toEqual(['a', 'b', 'mine']);
    await script.commit({ events: [timeline(m('c'))] });
    await script.commit({ events: [timeline(echo)] });
    expect(await bench.texts()).toEqual(['a', 'b', 'mine', 'c']);
    await bench.hub.close();
  });

  it('lets an archive page say where our message belongs that it begins behind', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({ events: [timeline(m('a'))] });
    const { id } = await bench.conversation();
    const draft = { content: { kind: 'text', text: 'mine' } } as const;
    const sent = await bench.call('message.send', { key: 'k', to: { conversation: id }, draft });
    await bench.until(
      async () => (await bench.call('message.get', { message: sent.message })).delivery === 'sent',
    );
    await script.commit({ events: [timeline(m('b'))] });
    await script.commit({
      origin: 'archive',
      events: [page([m('c'), m('d')], key(`s-${sent.operation}`))],
    });
    expect(await bench.texts()).toEqual(['a', 'b', 'mine', 'c', 'd']);
    await bench.hub.close();
  });

  it('lets what was missed come behind what we said before, though the archive never tells of that', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({ events: [timeline(m('a'), m('b'))] });
    const { id } = await bench.conversation();
    for (const text of ['1', '2']) {
      const draft = { content: { kind: 'text', text } } as const;
      const { message: sent } = await bench.call('message.send', {
        key: text,
        to: { conversation: id },
        draft,
      });
      await bench.until(async () => (await bench.call('message.get', { message: sent })).delivery === 'sent');
    }
    await script.commit({ origin: 'archive', events: [page([m('c')], key('b'))] });
    expect(await bench.texts()).toEqual(['a', 'b', '1', '2', 'c']);
    await script.commit({ origin: 'archive', events: [page([m('b'), m('c'), m('d')], key('a'))] });
    expect(await bench.texts()).toEqual(['a', 'b', '1', '2', 'c', 'd']);
    await bench.hub.close();
  });

  it('puts what was missed between what we said and what had come behind it', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({ events: [timeline(m('a'))] });
    const { id } = await bench.conversation();
    const draft = { content: { kind: 'text', text: 'mine' } } as const;
    const sent = await bench.call('message.send', { key: 'k', to: { conversation: id }, draft });
    await bench.until(
      async () => (await bench.call('message.get', { message: sent.message })).delivery === 'sent',
    );
    await script.commit({ events: [timeline(m('z'))] });
    await script.commit({ origin: 'archive', events: [page([m('b')], key('a'))] });
    expect(await bench.texts()).toEqual(['a', 'mine', 'b', 'z']);
    await bench.hub.close();
  });

  it('gives no row the place of another when a page overlaps what is there', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({ events: [timeline(m('a'), m('x'), m('c'))] });
    await script.commit({ origin: 'archive', events: [page([m('a'), m('b'), m('c')])] });
    const rows = await bench.messages();
    expect(new Set(rows.map(({ order }) => order)).size).toBe(4);
    expect(rows.map(({ content }) => content.text).filter((text) => text !== 'x')).toEqual(['a', 'b', 'c']);
    await bench.hub.close();
  });
});
