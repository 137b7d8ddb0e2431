import { describe, expect, it } from 'vitest';
import { memoryStore } from '@natter/core';
import type { OperationId } from '@natter/core';
import { Bench, Script, key, message, networkError } from './support/scripted.ts';
import { draft, last, withBob } from './support/sending.ts';

describe('a send', () => {
  it('is refused before the adapter is asked when the network cannot do it', async () => {
    const script = new Script('script', { support: { direct: 'full' }, limits: { textBytes: 5 } });
    const bench = await Bench.open([script]);
    const conversation = await withBob(script, bench);
    const { id: target } = (await bench.messages())[0]!;
    await expect(
      bench.call('message.react', { key: 'r', message: target, reaction: '👍', on: true }),
    ).rejects.toMatchObject({ data: { code: 'unsupported' } });
    await expect(
      bench.call('message.send', { key: 's', to: { conversation }, draft: draft('ééé') }),
    ).rejects.toMatchObject({ data: { code: 'too-large' } });
    expect(script.performed).toEqual([]);
    await bench.hub.close();
  });

  it('into an encrypted conversation goes out in the clear only when the user says so', async () => {
    const script = new Script('script', { support: { direct: 'full' } });
    const bench = await Bench.open([script]);
    const conversation = await withBob(script, bench);
    await script.commit({
      events: [{ type: 'upsert', of: 'conversation', key: key('bob'), value: { encrypted: true } }],
    });
    await expect(
      bench.call('message.send', { key: 's', to: { conversation }, draft: draft('hi') }),
    ).rejects.toMatchObject({ data: { code: 'unsupported', condition: { capability: 'encryption' } } });
    expect(script.performed).toEqual([]);
    const said = { ...draft('hi'), inClear: true };
    await bench.call('message.send', { key: 't', to: { conversation }, draft: said });
    await bench.until(async () => (await last(bench))?.delivery === 'sent');
    await bench.hub.close();
  });

  it('with the same idempotency key is the same send, after a restart too; with another text it is a conflict', async () => {
    const script = new Script();
    const store = memoryStore();
    let bench = await Bench.open([script], { store });
    const conversation = await withBob(script, bench);
    const first = await bench.call('message.send', { key: 'k', to: { conversation }, draft: draft('once') });
    expect(
      await bench.call('message.send', { key: 'k', to: { conversation }, draft: draft('once') }),
    ).toEqual(first);
    await bench.until(async () => (await last(bench))?.delivery === 'sent');
    await bench.hub.close();
    bench = await Bench.open([script], { store: store.reopen() });
    expect(
      await bench.call('message.send', { key: 'k', to: { conversation }, draft: draft('once') }),
    ).toEqual(first);
    await expect(
      bench.call('message.send', { key: 'k', to: { conversation }, draft: draft('twice') }),
    ).rejects.toMatchObject({ data: { code: 'conflict' } });
    expect(script.performed).toHaveLength(1);
    await bench.hub.close();
  });

  it('is one send also when it is asked for twice at the same time', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const conversation = await withBob(script, bench);
    const ask = () => bench.call('message.send', { key: 'k', to: { conversation }, draft: draft('once') });
    const [first, second] = await Promise.all([ask(), ask()]);
    expect(second).toEqual(first);
    await bench.until(async () => (await last(bench))?.delivery === 'sent');
    expect(script.performed).toHaveLength(1);
    expect(await bench.texts()).toEqual(['hello', 'once']);
    await bench.hub.close();
  });

  it('keeps the order within a conversation', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const conversation = await withBob(script, bench);
    script.perform = async (op) => {
      await new Promise((resolve) =>
        setTimeout(resolve, op.body.type === 'send' && op.body.content.text === '0' ? 10 : 0),
      );
      return { result: 'accepted', refs: [] };
    };
    const texts = ['0', '1', '2', '3'];
    await Promise.all(
      texts.map((text) =>
        bench.call('message.send', { key: text, to: { conversation }, draft: draft(text) }),
      ),
    );
    await bench.until(async () =>
      (await bench.messages()).every(({ delivery }) => delivery === null || delivery === 'sent'),
    );
    expect(script.performed.map(({ body }) => body.type === 'send' && body.content.text)).toEqual(texts);
    expect(await bench.texts()).toEqual(['hello', ...texts]);
    await bench.hub.close();
  });

  it('waits for the message it answers, and goes out with the name the network gave that', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const conversation = await withBob(script, bench);
    const first = await bench.call('message.send', { key: '1', to: { conversation }, draft: draft('one') });
    await bench.call('message.react', { key: '2', message: first.message, reaction: '🎉', on: true });
    await bench.until(() => script.performed.length === 2);
    expect(script.performed[1]?.body).toMatchObject({
      type: 'react',
      target: { stable: `s-${first.operation}` },
      mine: ['🎉'],
    });
    await bench.until(async () => ((await last(bench))?.reactions.length ?? 0) === 1);
    await bench.hub.close();
  });

  it('is not tried when what it is about was refused before a restart', async () => {
    const script = new Script();
    const store = memoryStore();
    const first = await Bench.open([script], { store });
    const conversation = await withBob(script, first);
    script.perform = async () => ({ result: 'refused', error: { ...networkError, code: 'forbidden' } });
    await first.call('message.send', { key: '1', to: { conversation }, draft: draft('one') });
    await first.until(async () => (await last(first))?.delivery === 'failed');
    const [refused] = await store.operations(1);
    await first.hub.close();
    const body = { type: 'react', message: refused!.message!, key: '🎉', on: true } as const;
    const later = { ...refused!, id: `${refused!.id}2` as OperationId, key: '2', body, after: [refused!.id] };
    const again = store.reopen();
    await again.apply([{ put: 'operation', value: { ...later, state: 'queued', error: null } }]);
    const bench = await Bench.open([script], { store: again });
    await bench.until(
      async () => (await bench.call('operation.get', { operation: later.id })).state === 'refused',
    );
    expect(script.performed).toHaveLength(1);
    await bench.hub.close();
  });

  it('is found by its echo under the key that the network has given the new conversation', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({
      events: [{ type: 'upsert', of: 'contact', key: key('bob'), value: { address: 'bob@x' } }],
    });
    const [person] = (await bench.call('people.list', { filter: {}, sort: [], offset: 0, limit: 1 })).rows;
    script.perform = () => new Promise(() => undefined);
    const to = { person: person!.id };
    const sent = await bench.call('message.send', { key: 'k', to, draft: draft('first') });
    await bench.until(() => script.performed.length === 1);
    const echo = message('first', { self: true, stable: key('s1'), operation: sent.operation });
    await script.commit({
      events: [{ type: 'timeline', conversation: key('!room'), place: { by: 'tail' }, items: [echo] }],
    });
    expect(await bench.conversation()).toMatchObject({ id: sent.conversation, key: '!room' });
    expect(await bench.texts()).toEqual(['first']);
    script.end({ why: 'stopped' });
  });

  it('is found by its echo in the batch that tells of the birth of its conversation', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({
      events: [{ type: 'upsert', of: 'contact', key: key('bob'), value: { address: 'bob@x' } }],
    });
    const [person] = (await bench.call('people.list', { filter: {}, sort: [], offset: 0, limit: 1 })).rows;
    script.perform = () => new Promise(() => undefined);
    const to = { person: person!.id };
    const sent = await bench.call('message.send', { key: 'k', to, draft: draft('first') });
    await bench.until(() => script.performed.length === 1);
    const echo = message('first', {
      self: true,
      stable: key('s1'),
      claimed: sent.operation,
      operation: sent.operation,
    });
    await script.commit({
      events: [
        {
          type: 'upsert',
          of: 'conversation',
          key: key('!room'),
          value: { kind: 'direct', contact: key('bob') },
        },
        { type: 'timeline', conversation: key('!room'), place: { by: 'tail' }, items: [echo] },
      ],
    });
    expect(await bench.conversation()).toMatchObject({ id: sent.conversation, key: '!room' });
    expect(await bench.texts()).toEqual(['first']);
    script.end({ why: 'stopped' });
  });

  it('gives birth to a conversation, whose id and draft stay', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({
      events: [{ type: 'upsert', of: 'contact', key: key('bob'), value: { address: 'bob@x' } }],
    });
    script.perform = async () => ({ result: 'accepted', refs: [key('s1')], conversation: key('!room') });
    const [person] = (await bench.call('people.list', { filter: {}, sort: [], offset: 0, limit: 1 })).rows;
    const sent = await bench.call('message.send', {
      key: 'k',
      to: { person: person!.id },
      draft: draft('first'),
    });
    await bench.until(async () => (await bench.conversation()).key === '!room');
    expect(script.performed[0]?.conversation).toEqual({ direct: 'bob' });
    await script.commit({
      events: [
        {
          type: 'timeline',
          conversation: key('!room'),
          place: { by: 'tail' },
          items: [message('answer', { stable: key('s2') })],
        },
      ],
    });
    expect((await bench.conversation()).id).toBe(sent.conversation);
    expect(await bench.texts()).toEqual(['first', 'answer']);
    await bench.hub.close();
  });
});

describe('an outcome that nobody knows', () => {
  const unknown = { result: 'unknown', error: networkError } as const;

  it('is sent again with the same id where the network deduplicates', async () => {
    const script = new Script('script', { resend: 'idempotent' });
    const bench = await Bench.open([script]);
    const conversation = await withBob(script, bench);
    script.perform = async (op) => (op.attempt === 1 ? unknown : { result: 'accepted', refs: [] });
    await bench.call('message.send', { key: 'k', to: { conversation }, draft: draft('x') });
    await bench.until(async () => (await last(bench))?.delivery === 'sent');
    expect(new Set(script.performed.map(({ id }) => id)).size).toBe(1);
    expect(script.performed.map(({ attempt }) => attempt)).toEqual([1, 2]);
    await bench.hub.close();
  });

  it('is sent again only when its absence was proved, where it can be verified', async () => {
    const script = new Script('script', { resend: 'verify' });
    const bench = await Bench.open([script]);
    const conversation = await withBob(script, bench);
    script.perform = async (op) => (op.attempt === 1 ? unknown : { result: 'accepted', refs: [] });
    script.verify = async () => ({ result: 'accepted', refs: [key('found')] });
    await bench.call('message.send', { key: 'a', to: { conversation }, draft: draft('landed') });
    await bench.until(async () => (await last(bench))?.delivery === 'sent');
    expect(script.performed).toHaveLength(1);
    script.verify = async () => ({ result: 'not-sent', error: networkError });
    await bench.call('message.send', { key: 'b', to: { conversation }, draft: draft('lost') });
    await bench.until(async () => (await last(bench))?.delivery === 'sent');
    expect(script.performed.map(({ attempt }) => attempt)).toEqual([1, 1, 2]);
    await bench.hub.close();
  });

  it('ends as unconfirmed, visibly, where nobody can tell', async () => {
    const script = new Script('script', { resend: 'never', order: 'arrival' });
    const bench = await Bench.open([script]);
    const conversation = await withBob(script, bench);
    script.perform = async () => unknown;
    await bench.call('message.send', { key: 'k', to: { conversation }, draft: draft('x') });
    await bench.until(async () => (await last(bench))?.delivery === 'unconfirmed');
    expect(script.performed).toHaveLength(1);
    await bench.hub.close();
  });

  it('is what a restart finds of an operation that was with the network', async () => {
    const script = new Script('script', { resend: 'verify' });
    const store = memoryStore();
    const first = await Bench.open([script], { store });
    const conversation = await withBob(script, first);
    script.perform = (_, signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(unknown)));
    await first.call('message.send', { key: 'k', to: { conversation }, draft: draft('x') });
    await first.until(async () => (await last(first))?.delivery === 'sending');
    // As a killed process would leave it: what is stored now, and nothing of what comes later.
    const left = store.reopen();
    script.verify = async () => ({ result: 'accepted', refs: [key('s')] });
    const second = await Bench.open([script], { store: left });
    await second.until(async () => (await last(second))?.delivery === 'sent');
    expect(script.verified).toHaveLength(1);
    expect(script.performed).toHaveLength(1);
    await Promise.all([second.hub.close(), first.hub.close()]);
  });
});
