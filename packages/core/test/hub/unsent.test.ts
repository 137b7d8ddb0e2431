import type { OperationId } from '@natter/core';
import { memoryStore, orderKey } from '@natter/core';
import { describe, expect, it } from 'vitest';
import { Bench, Script, key, message, networkError, timeline } from './support/scripted.ts';
import { draft, withBob } from './support/sending.ts';

const refused = { result: 'refused', error: { ...networkError, retriable: false, certain: true } } as const;

/** Says something; the operation. */
async function say(bench: Bench, text: string): Promise<OperationId> {
  const { id: conversation } = await bench.conversation();
  const { operation } = await bench.call('message.send', {
    key: text,
    to: { conversation },
    draft: draft(text),
  });
  return operation;
}

async function delivered(bench: Bench): Promise<Record<string, string | null>> {
  return Object.fromEntries(
    (await bench.messages()).map(({ content, delivery }) => [content.text, delivery]),
  );
}

function hear(script: Script, text: string): Promise<void> {
  return script.commit({ events: [timeline(message(text, { stable: key(text) }))] });
}

describe.each(['archive', 'arrival'] as const)('what will never be sent, order %s', (order) => {
  it('stays where it was written', async () => {
    const script = new Script('script', { order });
    const bench = await Bench.open([script]);
    await withBob(script, bench);
    script.perform = async (op) =>
      op.body.type === 'send' && op.body.content.text.startsWith('never')
        ? refused
        : { result: 'accepted', refs: [key(`s-${op.id}`)] };
    for (const text of ['never 1', 'never 2', 'sent']) await say(bench, text);
    await bench.until(async () => (await delivered(bench))['sent'] === 'sent');
    await hear(script, 'news');
    expect(await bench.texts()).toEqual(['hello', 'never 1', 'never 2', 'sent', 'news']);
    expect((await delivered(bench))['never 1']).toBe('failed');
    await bench.hub.close();
  });

  it('stays behind what was written before it and is sent later, after a restart too', async () => {
    const store = memoryStore();
    const script = new Script('script', { order });
    let bench = await Bench.open([script], { store });
    await withBob(script, bench);
    script.perform = async () => ({ result: 'not-sent', error: { ...networkError, retryAfter: 60_000 } });
    await say(bench, 'later');
    const never = await say(bench, 'never');
    expect(await bench.call('operation.cancel', { operation: never })).toBe(true);
    await hear(script, 'meanwhile');
    expect(await bench.texts()).toEqual(['hello', 'meanwhile', 'later', 'never']);
    await bench.hub.close();
    script.perform = async (op) => ({ result: 'accepted', refs: [key(`s-${op.id}`)] });
    bench = await Bench.open([script], { store: store.reopen() });
    await bench.until(async () => (await delivered(bench))['later'] === 'sent');
    await hear(script, 'news');
    expect(await bench.texts()).toEqual(['hello', 'meanwhile', 'later', 'never', 'news']);
    await bench.hub.close();
  });

  it('is said anew when it is tried again', async () => {
    const script = new Script('script', { order });
    const bench = await Bench.open([script]);
    await withBob(script, bench);
    script.perform = async () => refused;
    const operation = await say(bench, 'again');
    await bench.until(async () => (await delivered(bench))['again'] === 'failed');
    await hear(script, 'news');
    expect(await bench.texts()).toEqual(['hello', 'again', 'news']);
    script.perform = async (op) => ({ result: 'accepted', refs: [key(`s-${op.id}`)] });
    await bench.call('operation.retry', { operation });
    await bench.until(async () => (await delivered(bench))['again'] === 'sent');
    expect(await bench.texts()).toEqual(['hello', 'news', 'again']);
    await bench.hub.close();
  });
});

describe('what was refused', () => {
  it('stays in the outbox until somebody takes note of it, after a restart too', async () => {
    const store = memoryStore();
    const script = new Script();
    let bench = await Bench.open([script], { store });
    await withBob(script, bench);
    script.perform = async () => refused;
    const operation = await say(bench, 'never');
    await bench.until(async () => (await delivered(bench))['never'] === 'failed');
    await bench.hub.close();
    bench = await Bench.open([script], { store: store.reopen() });
    expect(await bench.call('operation.list', {})).toMatchObject([{ id: operation, state: 'refused' }]);
    expect(await bench.call('operation.cancel', { operation })).toBe(true);
    expect(await bench.call('operation.list', {})).toEqual([]);
    expect((await bench.messages()).at(-1)).toMatchObject({ delivery: 'failed', error: refused.error });
    expect(await bench.call('operation.cancel', { operation })).toBe(false);
    await bench.hub.close();
  });
});

describe('what will never be sent, order total', () => {
  it('stays between the places that the network gives', async () => {
    const script = new Script('script', { order: 'total' });
    const bench = await Bench.open([script]);
    const tell = (place: string, text: string, own: OperationId | null = null): Promise<void> =>
      script.commit({
        events: [
          {
            type: 'timeline',
            conversation: key('bob'),
            place: { by: 'key', keys: [orderKey(place)] },
            items: [message(text, { stable: key(text), self: own !== null, operation: own, claimed: own })],
          },
        ],
      });
    await tell('0001', 'hello');
    let answer: (() => void) | undefined;
    script.perform = (op) =>
      op.body.type === 'send' && op.body.content.text === 'never'
        ? Promise.resolve(refused)
        : new Promise((resolve) => {
            answer = () => resolve({ result: 'accepted', refs: [key('later')] });
          });
    const later = await say(bench, 'later');
    const never = await say(bench, 'never');
    await bench.until(() => answer !== undefined);
    expect(await bench.call('operation.cancel', { operation: never })).toBe(true);
    answer!();
    await bench.until(async () => (await delivered(bench))['later'] === 'sent');
    await tell('0002', 'later', later);
    await tell('0003', 'news');
    expect(await bench.texts()).toEqual(['hello', 'later', 'never', 'news']);
    await bench.hub.close();
  });
});
