import { describe, expect, test } from 'vitest';
import { until } from './support/host.ts';
import { message, scene } from './support/scene.ts';
import { emptyPage, signedIn, type Answers } from './support/scripted-server.ts';

describe('the update log', () => {
  const pages: Answers = {
    sync: ({ after }) => {
      if (after === 0)
        return { updates: [message(1, 1, 'one'), message(2, 2, 'two')], cursor: 2, head: 3, more: true };
      if (after === 2) return { updates: [message(3, 3, 'three')], cursor: 3, head: 3, more: false };
      return emptyPage(after);
    },
  };

  test('comes in pages oldest first, then live, without a hole', async () => {
    const { host, run, server } = await scene(pages);
    const running = await run().caughtUp();
    expect(host.cursors.get('account')).toBe('3');
    server.link.push({ type: 'updates', updates: [message(4, 4, 'four')], cursor: 4 });
    await until(() => host.cursors.get('account') === '4');
    expect(host.texts).toEqual(['one', 'two', 'three', 'four']);
    await running.stop();
  });

  test('a push never overtakes the page before it', async () => {
    const { host, run } = await scene({
      sync: ({ after }, link) => {
        if (after > 0) return emptyPage(after);
        setTimeout(() => link.push({ type: 'updates', updates: [message(2, 2, 'live')], cursor: 2 }), 10);
        return { updates: [message(1, 1, 'page')], cursor: 1, head: 1, more: false };
      },
    });
    const running = run();
    await until(() => host.phases.includes('online'));
    const page = await running.session.catchUp('account', null, running.signal);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(host.texts).toEqual([]);
    await host.commit(page.batch);
    await running.session.catchUp('account', page.next, running.signal);
    await until(() => host.texts.length === 2);
    expect(host.texts).toEqual(['page', 'live']);
    await running.stop();
  });

  test('is acknowledged after the commit and not before, and receipts with it', async () => {
    const { host, run, server } = await scene();
    const running = await run().caughtUp();
    const gate = Promise.withResolvers<void>();
    host.gate = gate.promise;
    server.link.push({ type: 'updates', updates: [message(1, 1, 'hello')], cursor: 1 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const told = (): unknown[] =>
      server.link.received.filter(({ type }) => type === 'ack' || type === 'mark');
    expect(told()).toEqual([]);
    gate.resolve();
    await until(() => told().length === 2);
    expect(told()).toEqual([
      {
        type: 'mark',
        id: expect.any(Number) as number,
        kind: 'delivered',
        marks: [{ conversation: 'c1', seq: 1 }],
      },
      { type: 'ack', cursor: 1 },
    ]);
    await running.stop();
  });

  test('a dead store ends the run and acknowledges nothing', async () => {
    const { host, run, server } = await scene();
    const running = await run().caughtUp();
    host.dead = new Error('disk full');
    server.link.push({ type: 'updates', updates: [message(1, 1, 'hello')], cursor: 1 });
    expect(await running.ended).toMatchObject({ why: 'network' });
    expect(server.link.received.filter(({ type }) => type === 'ack')).toEqual([]);
  });

  test('what was dropped is fetched, and so is what a push has left out', async () => {
    let log = 0;
    const all = Array.from({ length: 9 }, (_, index) => message(index + 1, index + 1, String(index + 1)));
    const { host, run, server } = await scene({
      sync: ({ after }) => ({ updates: all.slice(after, log), cursor: log, head: log, more: false }),
    });
    const running = await run().caughtUp();
    log = 5;
    server.link.push({ type: 'lagging', head: 5 });
    await until(() => host.cursors.get('account') === '5');
    log = 9;
    server.link.push({ type: 'updates', updates: all.slice(7, 9), cursor: 9 });
    await until(() => host.cursors.get('account') === '9');
    expect(host.texts).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
    await running.stop();
  });

  test('past the bound the socket is read no further, and nothing is lost', async () => {
    const { host, run, server } = await scene();
    const running = await run().caughtUp();
    const gate = Promise.withResolvers<void>();
    host.gate = gate.promise;
    const before = host.asked;
    const text = 'x'.repeat(200_000);
    for (let seq = 1; seq <= 100; seq += 1)
      server.link.push({ type: 'updates', updates: [message(seq, seq, text)], cursor: seq });
    await new Promise((resolve) => setTimeout(resolve, 300));
    // The first one is past the bound; what has been read with it may still come.
    expect(host.asked - before).toBeLessThanOrEqual(2);
    expect(server.link.socket.bufferedAmount).toBeGreaterThan(5_000_000);
    gate.resolve();
    await until(() => host.cursors.get('account') === '100');
    expect(host.texts).toHaveLength(100);
    await running.stop();
  });

  const forgetful: NonNullable<Answers['sync']>[] = [
    ({ after }) => (after === 7 ? emptyPage(7) : { code: 'cursor-unknown' }),
    ({ after }) => ({ ...emptyPage(after), head: 7 }),
  ];
  test.each(forgetful)(
    'a log that does not reach back gives conversations and gaps instead (%#)',
    async (sync) => {
      const body = { text: 'newest' };
      const { host, run } = await scene({
        resume: () => ({ ...signedIn, head: 7 }),
        sync,
        conversations: () => ({
          conversations: [
            {
              conversation: 'c1',
              kind: 'direct',
              peer: 'bob@test.example',
              lastSeq: 9,
              positions: [{ address: 'bob@test.example', delivered: 9, read: 8 }],
            },
          ],
          next: null,
        }),
        history: () => ({
          messages: [
            { conversation: 'c1', seq: 9, messageId: 'm9', from: 'bob@test.example', time: 1, body },
          ],
          reachedStart: false,
          reachedEnd: true,
        }),
      });
      host.cursors.set('account', '99');
      const running = await run().caughtUp();
      expect(host.cursors.get('account')).toBe('7');
      expect(host.texts).toEqual(['newest']);
      expect(host.batches.flatMap(({ gaps }) => gaps ?? [])).toEqual([
        {
          op: 'open',
          gap: { id: 'before:c1', conversation: 'c1', after: null, before: 'c1:9', token: null },
        },
      ]);
      await running.stop();
    },
  );

  test('what comes twice is dropped, without asking again and without holding the socket back', async () => {
    const { host, run, server } = await scene();
    const running = await run().caughtUp();
    const syncs = (): number => server.link.received.filter(({ type }) => type === 'sync').length;
    const before = syncs();
    const first = [message(1, 1, 'one'), message(2, 2, 'two')];
    for (let count = 0; count < 50; count += 1)
      server.link.push({ type: 'updates', updates: first, cursor: 2 });
    server.link.push({ type: 'updates', updates: [message(2, 2, 'two'), message(3, 3, 'three')], cursor: 3 });
    await until(() => host.cursors.get('account') === '3', running.ended);
    server.link.push({ type: 'updates', updates: [message(4, 4, 'four')], cursor: 4 });
    await until(() => host.cursors.get('account') === '4', running.ended);
    expect(host.texts).toEqual(['one', 'two', 'three', 'four']);
    expect(syncs()).toBe(before);
    await running.stop();
  });

  test('a receipt is sent for what is stored, and not for what is on its way to the store', async () => {
    const { host, run, server } = await scene();
    const running = await run().caughtUp();
    server.link.push({ type: 'updates', updates: [message(1, 1, 'one')], cursor: 1 });
    const gate = Promise.withResolvers<void>();
    const commit = host.commit.bind(host);
    host.commit = async (batch) => {
      if (batch.cursors?.['account'] === '2') await gate.promise;
      await commit(batch);
    };
    server.link.push({ type: 'updates', updates: [message(2, 2, 'two')], cursor: 2 });
    const marked = (): unknown[] =>
      server.link.received.flatMap((frame) =>
        frame.type === 'mark' ? frame.marks.map(({ seq }) => seq) : [],
      );
    await until(() => marked().length > 0);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(marked()).toEqual([1]);
    gate.resolve();
    await until(() => marked().length === 2);
    expect(marked()).toEqual([1, 2]);
    await running.stop();
  });

  test('pages begin small and grow', async () => {
    const { run, server } = await scene({
      sync: ({ after }) =>
        after < 5
          ? { updates: [message(after + 1, after + 1, 'x')], cursor: after + 1, head: 5, more: true }
          : emptyPage(after),
    });
    const running = await run().caughtUp();
    const limits = server.link.received.flatMap((frame) => (frame.type === 'sync' ? [frame.limit] : []));
    expect(limits).toEqual([32, 64, 128, 256, 500, 500]);
    await running.stop();
  });
});
