import { describe, expect, it } from 'vitest';
import { Bench, Script, key, message, networkError, sender, timeline } from './support/scripted.ts';

async function sentToBob(script: Script, bench: Bench) {
  await script.commit({ events: [timeline(message('hello', { stable: key('1') }))] });
  const { id } = await bench.conversation();
  const draft = { content: { kind: 'text', text: 'x' } } as const;
  const sent = await bench.call('message.send', { key: 'k', to: { conversation: id }, draft });
  await bench.until(
    async () => (await bench.call('message.get', { message: sent.message })).delivery === 'sent',
  );
  return sent;
}

const refused = { result: 'refused', error: { ...networkError, code: 'not-found', certain: true } } as const;

describe('a bounce', () => {
  it('of a message that the network had taken makes it fail, visibly', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const { operation, message: id } = await sentToBob(script, bench);
    await script.commit({ events: [{ type: 'operation', operation, outcome: refused }] });
    expect(await bench.call('message.get', { message: id })).toMatchObject({
      delivery: 'failed',
      error: { code: 'not-found' },
    });
    expect((await bench.call('operation.get', { operation })).state).toBe('refused');
    await bench.hub.close();
  });

  it('of a message that somebody has received is not believed', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const { operation, message: id } = await sentToBob(script, bench);
    const upTo = { stable: key(`s-${operation}`) };
    await script.commit({
      events: [
        { type: 'marker', conversation: key('bob'), who: sender('bob'), kind: 'delivered', upTo },
        { type: 'operation', operation, outcome: refused },
      ],
    });
    expect((await bench.call('message.get', { message: id })).delivery).toBe('delivered');
    await bench.hub.close();
  });

  it('stays one when somebody has received what was said after it', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const first = await sentToBob(script, bench);
    await script.commit({
      events: [{ type: 'operation', operation: first.operation, outcome: refused }],
    });
    const { id } = await bench.conversation();
    const draft = { content: { kind: 'text', text: 'y' } } as const;
    const second = await bench.call('message.send', { key: 'l', to: { conversation: id }, draft });
    const deliveryOf = async (sent: { message: typeof second.message }) =>
      (await bench.call('message.get', { message: sent.message })).delivery;
    await bench.until(async () => (await deliveryOf(second)) === 'sent');
    const upTo = { stable: key(`s-${second.operation}`) };
    await script.commit({
      events: [{ type: 'marker', conversation: key('bob'), who: sender('bob'), kind: 'delivered', upTo }],
    });
    expect([await deliveryOf(first), await deliveryOf(second)]).toEqual(['failed', 'delivered']);
    await bench.hub.close();
  });
});
