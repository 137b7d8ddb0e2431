import { describe, expect, it } from 'vitest';
import { memoryStore } from '@natter/core';
import type { ChangeItem } from '@natter/core';
import { Bench, Script, key } from './support/scripted.ts';

const secret = 'correct horse battery staple';

describe('a password that an operation carries', () => {
  it('is given to the network, shown to nobody, and forgotten when that has it', async () => {
    const script = new Script();
    const store = memoryStore();
    const bench = await Bench.open([script], { store });
    const account = bench.accounts[0]!;
    const asked = Promise.withResolvers<null>();
    script.perform = async () => {
      await asked.promise;
      return { result: 'accepted', refs: [] };
    };
    const told: ChangeItem[] = [];
    const abort = new AbortController();
    const reading = (async () => {
      for await (const { items } of bench.hub.handlers.streams.changes({ after: 'now' }, abort.signal))
        told.push(...items);
    })();
    const requests = [
      () => bench.call('profile.change', { key: 'p', account, change: { action: 'password', secret } }),
      () =>
        bench.call('room.change', {
          key: 'j',
          account,
          change: { action: 'join', address: '#room', password: secret },
        }),
    ];
    const [changed, joined] = [await requests[0]!(), await requests[1]!()];
    await bench.until(() => script.performed.length === 2);
    expect(JSON.stringify(script.performed).split(secret)).toHaveLength(3);
    expect(JSON.stringify(await bench.call('operation.list', {}))).not.toContain(secret);
    expect(JSON.stringify(await bench.call('operation.get', changed))).not.toContain(secret);
    asked.resolve(null);
    await bench.until(async () => (await bench.call('operation.get', joined)).state === 'accepted');
    await bench.until(() => told.length >= 2);
    expect(JSON.stringify(told)).not.toContain(secret);
    expect(JSON.stringify(await store.operations(9))).not.toContain(secret);
    expect(JSON.stringify([...bench.hub.profile.operations.entries()])).not.toContain(secret);
    // The same request again is the same request.
    expect(await requests[0]!()).toEqual(changed);
    abort.abort();
    await reading;
    await bench.hub.close();
  });

  it('is asked for anew when the network refused it', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    script.perform = async () => ({
      result: 'refused',
      error: { code: 'forbidden', message: 'no', scope: 'operation', retriable: false, certain: true },
    });
    const { operation } = await bench.call('room.change', {
      key: 'j',
      account: bench.accounts[0]!,
      change: { action: 'join', address: '#room', password: secret },
    });
    await bench.until(async () => (await bench.call('operation.get', { operation })).state === 'refused');
    await expect(bench.call('operation.retry', { operation })).rejects.toMatchObject({
      data: { code: 'secret' },
    });
    await bench.hub.close();
  });
});

describe('what a network cannot do', () => {
  it('is refused before its adapter is asked, another password and another reaction too', async () => {
    const script = new Script('script', {
      support: { direct: 'full', react: 'full' },
      limits: { reactions: ['👍', '👎'] },
    });
    const bench = await Bench.open([script]);
    const account = bench.accounts[0]!;
    const unsupported = { data: { code: 'unsupported' } };
    const change = { action: 'password', secret } as const;
    await expect(bench.call('profile.change', { key: 'p', account, change })).rejects.toMatchObject(
      unsupported,
    );
    await script.commit({
      events: [{ type: 'upsert', of: 'contact', key: key('bob'), value: {} }],
    });
    const { id } = await bench.call('conversation.open', {
      contact: [...bench.hub.profile.contacts.entries()][0]![0],
    });
    const { message } = await bench.call('message.send', {
      key: 's',
      to: { conversation: id },
      draft: { content: { kind: 'text', text: 'hi' } },
    });
    const react = (reaction: string) =>
      bench.call('message.react', { key: reaction, message, reaction, on: true });
    await expect(react('🎉')).rejects.toMatchObject(unsupported);
    await react('👍');
    expect(script.performed.every(({ body }) => body.type !== 'profile')).toBe(true);
    await bench.hub.close();
  });
});
