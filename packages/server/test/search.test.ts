import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexedText, matchExpression } from '../src/search/terms.ts';
import { TestClient } from './support/client.ts';
import { aliceAndBob, startServer } from './support/server.ts';

let count = 0;
const say = (client: TestClient, to: { peer: string } | { conversation: string }, text: string) =>
  client.request({ type: 'send', clientId: `k${(count += 1)}`, ...to, body: { text } });
const find = async (client: TestClient, query: string, more: object = {}): Promise<unknown[]> =>
  (await client.request({ type: 'search', query, ...more })).messages.map(({ body }) => body?.text);

describe('search on the server', () => {
  it('finds words, beginnings of the last one, without case and accents, and two characters of Chinese', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    for (const text of ['Crème brûlée tonight', 'tonight or never', '我们明天去北京', 'nothing'])
      await say(alice, { peer: 'bob' }, text);
    expect(await find(bob, 'creme')).toEqual(['Crème brûlée tonight']);
    expect(await find(bob, 'TONIGHT')).toEqual(['tonight or never', 'Crème brûlée tonight']);
    expect(await find(bob, 'brulee ton')).toEqual(['Crème brûlée tonight']);
    expect(await find(bob, 'ton brulee')).toEqual([]);
    expect(await find(bob, '北京')).toEqual(['我们明天去北京']);
    expect(await find(bob, '京')).toEqual(['我们明天去北京']);
    expect(await find(bob, '明天北')).toEqual([]);
    for (const query of ['"', '*', ' - ', '(', ':']) expect(await find(bob, query)).toEqual([]);
  });

  it('shows an edit and nothing of what was before it, nor of what was taken back', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    const { conversation, seq } = await say(alice, { peer: 'bob' }, 'apples');
    await say(alice, { peer: 'bob' }, 'pears');
    expect(await find(bob, 'apples')).toHaveLength(1);
    await alice.request({ type: 'edit', conversation, seq, body: { text: 'oranges' } });
    expect([await find(bob, 'apples'), await find(bob, 'oranges')]).toEqual([[], ['oranges']]);
    await alice.request({ type: 'retract', conversation, seq });
    expect(await find(bob, 'oranges')).toEqual([]);
    expect(await find(bob, 'pears')).toEqual(['pears']);
  });

  it('narrows by conversation, sender and time, and pages newest first without loss or double', async () => {
    const clock = { now: 1_000 };
    const server = await startServer({ clock: () => clock.now });
    const { alice, bob } = await aliceAndBob(server);
    const carol = await TestClient.register(server.url, 'carol');
    const all: string[] = [];
    for (let index = 0; index < 30; index += 1) {
      // Several in one millisecond, in two conversations.
      if (index % 4 === 0) clock.now += 1;
      const text = `word ${index}`;
      await say([alice, bob, carol][index % 3] ?? alice, { peer: index % 3 === 0 ? 'bob' : 'alice' }, text);
      all.push(text);
    }
    const pages: unknown[] = [];
    for (let after: string | null | undefined; after !== null;) {
      const page = await alice.request({
        type: 'search',
        query: 'word',
        limit: 7,
        ...(after === undefined ? {} : { after }),
      });
      pages.push(...page.messages.map(({ body, time }) => `${time} ${body?.text}`));
      after = page.next;
    }
    expect(pages).toHaveLength(30);
    expect(new Set(pages).size).toBe(30);
    const times = pages.map((entry) => Number(String(entry).split(' ')[0]));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(await find(alice, 'word', { from: 'carol' })).toHaveLength(10);
    const { conversation } = await alice.request({ type: 'conversation-open', peer: 'carol' });
    expect(await find(alice, 'word', { conversation })).toHaveLength(10);
    expect(await find(alice, 'word', { since: 1_003, until: 1_005 })).toHaveLength(8);
    expect(await alice.refusal({ type: 'search', query: 'x', after: 'nonsense' })).toMatchObject({
      code: 'invalid',
    });
  });

  it('finds for nobody what they may not see, whoever asks for it and however', async () => {
    const server = await startServer();
    const { alice, bob } = await aliceAndBob(server);
    const carol = await TestClient.register(server.url, 'carol');
    const { conversation } = await alice.request({
      type: 'group-create',
      clientId: 'g',
      title: 'G',
      history: 'joined',
      invite: ['bob'],
    });
    await bob.request({ type: 'group-accept', conversation });
    await say(alice, { conversation }, 'secret before');
    await alice.request({ type: 'group-invite', conversation, address: 'carol' });
    expect(await find(carol, 'secret')).toEqual([]);
    expect(await carol.outcome({ type: 'search', query: 'secret', conversation })).toBe('not-found');
    await carol.request({ type: 'group-accept', conversation });
    await say(alice, { conversation }, 'secret after');
    await say(alice, { peer: 'bob' }, 'secret of two');
    expect(await find(carol, 'secret')).toEqual(['secret after']);
    expect(await find(bob, 'secret')).toEqual(['secret of two', 'secret after', 'secret before']);
    await alice.request({ type: 'group-kick', conversation, address: 'carol' });
    expect(await find(carol, 'secret')).toEqual([]);
  });
});

describe('what a person typed', () => {
  it('never is an operator of the search language', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (query) => {
        const expression = matchExpression(query);
        if (expression === null) return;
        expect(expression).toMatch(/^"[^"]*"(?: \*)?(?: AND "[^"]*"(?: \*)?)*$/u);
      }),
    );
  });

  it('is cut as texts are', () => {
    expect(indexedText({ text: 'Tokyo 東京都 now', attachments: [] }).split(/\s+/u)).toEqual([
      'Tokyo',
      '東京',
      '京都',
      '都',
      'now',
    ]);
    expect(matchExpression('東京都 no')).toBe('"東京 京都" AND "no" *');
    expect(matchExpression('  ')).toBeNull();
  });
});
