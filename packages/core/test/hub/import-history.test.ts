import type { ImportedMessage, MessageId } from '@natter/core';
import { orderKey } from '@natter/core';
import { describe, expect, it } from 'vitest';
import { Bench, Script, key, message, timeline } from './support/scripted.ts';

/** A message as a backup has it. */
function kept(text: string, order: string): ImportedMessage {
  const item = { ...message(text, { stable: key(text) }), operation: null };
  return { id: `m-${text}` as MessageId, order: orderKey(order), item, changes: [] };
}

async function take(
  bench: Bench,
  messages: readonly ImportedMessage[],
  after: string | null = null,
): Promise<number> {
  const history = { conversation: key('bob'), after: after === null ? null : key(after), messages };
  const [account] = bench.accounts;
  return (await bench.call('history.import', { account: account!, history })).messages;
}

describe.each(['archive', 'arrival', 'total'] as const)('a backup, order %s', (order) => {
  it('comes before what is here, in its own order, and once', async () => {
    const script = new Script('script', { order });
    const bench = await Bench.open([script]);
    const live =
      order === 'total'
        ? ({
            ...timeline(message('x', { stable: key('x') })),
            place: { by: 'key', keys: [orderKey('9')] },
          } as const)
        : timeline(message('x', { stable: key('x') }));
    await script.commit({ events: [live] });
    expect(await take(bench, [kept('a', '1'), kept('b', '2')])).toBe(2);
    expect(await take(bench, [kept('c', '3'), kept('x', '9')], 'b')).toBe(1);
    expect(await bench.texts()).toEqual(['a', 'b', 'c', 'x']);
    expect(await take(bench, [kept('a', '1'), kept('b', '2'), kept('c', '3')])).toBe(0);
    expect(await bench.texts()).toEqual(['a', 'b', 'c', 'x']);
    expect(await bench.conversation()).toMatchObject({ unread: 1 });
    await bench.hub.close();
  });

  it('of another machine fills an empty profile, and nothing of it is news', async () => {
    const script = new Script('script', { order });
    const bench = await Bench.open([script]);
    expect(await take(bench, [kept('a', '1'), kept('b', '2')])).toBe(2);
    expect(await take(bench, [kept('c', '3')], 'b')).toBe(1);
    expect(await bench.texts()).toEqual(['a', 'b', 'c']);
    expect(await bench.conversation()).toMatchObject({ unread: 0 });
    await bench.hub.close();
  });
});

it('a backup cannot say more than what an archive may', async () => {
  const script = new Script();
  const bench = await Bench.open([script]);
  const [account] = bench.accounts;
  const events = [{ type: 'self', key: key('somebody else') }] as const;
  await expect(bench.call('history.import', { account: account!, events })).rejects.toMatchObject({
    data: { code: 'invalid' },
  });
  const changes = [{ type: 'remove', of: 'contact', key: key('bob') }] as const;
  await expect(take(bench, [{ ...kept('a', '1'), changes }])).rejects.toMatchObject({
    data: { code: 'invalid' },
  });
  expect(await bench.texts()).toEqual([]);
  await bench.hub.close();
});
