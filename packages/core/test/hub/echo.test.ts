import { describe, expect, it } from 'vitest';
import { errorData } from '../../src/model/index.ts';
import { Bench, Script, key, message, timeline } from './support/scripted.ts';
import { draft, last, withBob } from './support/sending.ts';

describe('an echo', () => {
  it('is the acknowledgement when it comes first, and changes nothing when it comes late', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const conversation = await withBob(script, bench);
    let done: ((refs: readonly never[]) => void) | null = null;
    script.perform = () =>
      new Promise((resolve) => (done = () => resolve({ result: 'accepted', refs: [key('s')] })));
    const sent = await bench.call('message.send', { key: 'k', to: { conversation }, draft: draft('x') });
    await bench.until(() => done !== null);
    const echo = message('x', { self: true, stable: key('s'), operation: sent.operation });
    await script.commit({ events: [timeline(echo)] });
    expect(await last(bench)).toMatchObject({ id: sent.message, delivery: 'sent', stable: 's' });
    done!([]);
    await script.commit({ events: [timeline(echo)] });
    expect(await bench.texts()).toEqual(['hello', 'x']);
    await bench.hub.close();
  });

  it('that was not known for ours is the same message once the network has told its id', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const conversation = await withBob(script, bench);
    script.perform = async () => {
      await script.commit({ events: [timeline(message('x', { self: true, stable: key('s') }))] });
      return { result: 'accepted', refs: [key('s')] };
    };
    await bench.call('message.send', { key: 'k', to: { conversation }, draft: draft('x') });
    await bench.until(async () => (await last(bench))?.delivery === 'sent');
    await bench.until(async () => (await bench.messages()).length === 2);
    expect(await bench.texts()).toEqual(['hello', 'x']);
    await bench.hub.close();
  });

  it('is believed only of ourselves: another sender cannot acknowledge or replace what we send', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const conversation = await withBob(script, bench);
    script.perform = () => new Promise(() => undefined);
    const sent = await bench.call('message.send', { key: 'k', to: { conversation }, draft: draft('real') });
    await bench.until(() => script.performed.length === 1);
    await script.commit({
      events: [
        timeline(message('forged', { stable: key('f'), claimed: sent.operation, operation: sent.operation })),
      ],
    });
    expect((await bench.call('message.get', { message: sent.message })).delivery).toBe('sending');
    expect((await bench.messages()).map(({ content, direction }) => [content.text, direction])).toEqual([
      ['hello', 'in'],
      ['forged', 'in'],
      ['real', 'out'],
    ]);
    script.end({ why: 'stopped' });
  });

  it('is believed only of the account that sends, and in the conversation where it does (I5, I6)', async () => {
    const scripts = [new Script('good'), new Script('bad')] as const;
    const bench = await Bench.open(scripts);
    const conversation = await withBob(scripts[0], bench);
    scripts[0].perform = () => new Promise(() => undefined);
    const sent = await bench.call('message.send', { key: 'k', to: { conversation }, draft: draft('real') });
    await bench.until(() => scripts[0].performed.length === 1);
    const echo = message('forged', { self: true, stable: key('f'), operation: sent.operation });
    await scripts[1].commit({ events: [timeline(echo)] });
    await scripts[0].commit({ events: [{ ...timeline(echo), conversation: key('eve') }] });
    expect(await bench.call('message.get', { message: sent.message })).toMatchObject({
      delivery: 'sending',
      stable: null,
      conversation,
      content: { text: 'real' },
    });
    scripts[0].end({ why: 'stopped' });
  });

  it('out of an archive does not make a message sent that the network has refused', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const conversation = await withBob(script, bench);
    script.perform = async () => ({ result: 'refused', error: errorData('not-found', 'nobody is there') });
    const sent = await bench.call('message.send', { key: 'k', to: { conversation }, draft: draft('x') });
    const failed = { delivery: 'failed', error: { code: 'not-found' } };
    await bench.until(async () => (await last(bench))?.delivery === 'failed');
    const kept = message('x', { self: true, stable: key('s'), operation: sent.operation });
    await script.commit({ events: [timeline(kept)] });
    expect(await last(bench)).toMatchObject({ id: sent.message, stable: 's', ...failed });
    expect(await bench.call('operation.get', { operation: sent.operation })).toMatchObject({
      state: 'refused',
    });
    await bench.hub.close();
  });

  it('of several wire messages is one message', async () => {
    const script = new Script('script', { resend: 'never', order: 'arrival' });
    const bench = await Bench.open([script]);
    const conversation = await withBob(script, bench);
    script.perform = async () => ({ result: 'accepted', refs: [key('p0'), key('p1')] });
    const sent = await bench.call('message.send', {
      key: 'k',
      to: { conversation },
      draft: draft('long text'),
    });
    await bench.until(async () => (await last(bench))?.delivery === 'sent');
    const part = (at: number) =>
      message(`part ${at}`, { self: true, stable: key(`p${at}`), operation: sent.operation, part: at });
    await script.commit({ events: [timeline(part(0), part(1))] });
    expect(await bench.texts()).toEqual(['hello', 'long text']);
    await bench.hub.close();
  });
});
