import { describe, expect, it } from 'vitest';
import { createHub, memoryBlobs, memorySecrets, memoryStore } from '@natter/core';
import { createMemoryAdapter, MemoryNetwork } from '@natter/testing/memory';
import type { ProfileName } from '@natter/testing/memory';

const profiles: readonly ProfileName[] = ['total', 'archive', 'arrival'];

describe.each(profiles)('a hub on the %s network', (profile) => {
  it('signs in, sends, and receives', async () => {
    const network = new MemoryNetwork({ profile });
    network.register('ada', 'secret');
    const bob = network.register('bob', 'hidden');
    const logged: unknown[] = [];
    const hub = await createHub({
      store: memoryStore(),
      secrets: memorySecrets(),
      blobs: memoryBlobs(),
      adapters: [createMemoryAdapter(network)],
      log: (...line) => logged.push(line),
    });
    await hub.connect();
    const { methods } = hub.handlers;
    const signal = new AbortController().signal;
    let step = await methods['account.add'](
      { network: createMemoryAdapter(network).id, address: 'ada', config: {} },
      signal,
    );
    expect(step.step.kind).toBe('fields');
    step = await methods['interaction.answer'](
      { interaction: step.interaction, answer: { action: 'submit', values: { password: 'secret' } } },
      signal,
    );
    expect(step.step).toMatchObject({ kind: 'done' });
    const account = step.account!;
    await expect
      .poll(async () => (await methods['account.list']({}, signal))[0]?.state, { timeout: 3000 })
      .toMatchObject({ phase: 'online' });
    bob.send({ direct: 'ada' }, 'hello');
    await expect
      .poll(
        async () =>
          (await methods['conversation.list']({ offset: 0, limit: 10 }, signal)).rows.map(
            ({ unread }) => unread,
          ),
        { timeout: 3000 },
      )
      .toEqual([1]);
    const conversation = (await methods['conversation.list']({ offset: 0, limit: 10 }, signal)).rows[0]!;
    const sent = await methods['message.send'](
      {
        key: 'k1',
        to: { conversation: conversation.id },
        draft: { content: { kind: 'text', text: 'hi bob' } },
      },
      signal,
    );
    await expect
      .poll(async () => (await methods['message.get']({ message: sent.message }, signal)).delivery, {
        timeout: 3000,
      })
      .toMatch(/sent|delivered|read|unconfirmed/);
    const { rows } = await methods['history.page']({ conversation: conversation.id, limit: 10 }, signal);
    expect(rows.map(({ content }) => content.text)).toEqual(['hello', 'hi bob']);
    expect(account).toBeTruthy();
    await hub.close();
    expect(logged.filter((line) => Array.isArray(line) && line[0] === 'error')).toEqual([]);
  });
});
