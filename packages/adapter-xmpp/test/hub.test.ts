import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createHub, memoryBlobs, memorySecrets, memoryStore, type AccountId, type Hub } from '@natter/core';
import { describeServer } from '@natter/e2e';
import { startFaultProxy, type FaultProxy } from '@natter/testing/proxy';
import { createXmppAdapter } from '../src/index.ts';
import { REAL_SERVERS, type RealServer } from './support/real-servers.ts';

describe.each(REAL_SERVERS)('on each server', ({ kind, start }) => {
  describeServer('XMPP accounts in a hub', kind, () => {
    const { signal } = new AbortController();
    /** Prosody does one thing after another; ejabberd keeps the archives of both sides at once, each in its own order. */
    const oneOrder = kind === 'prosody';
    let server: RealServer;
    let proxy: FaultProxy;
    let hub: Hub;
    let count = 0;

    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server?.stop());
    beforeEach(async () => {
      proxy = await startFaultProxy({ upstream: server, print: () => {} });
      hub = await createHub({
        store: memoryStore(),
        secrets: memorySecrets(),
        blobs: memoryBlobs(),
        adapters: [createXmppAdapter()],
        backoff: { base: 20, cap: 50 },
      });
      await hub.connect();
    });
    afterEach(async () => {
      await hub.close();
      await proxy.close();
    });

    async function signIn(address: string, password: string): Promise<AccountId | null> {
      const { methods } = hub.handlers;
      const config = { server: `${proxy.host}:${proxy.port}`, ca: server.ca.certificate };
      const { interaction } = await methods['account.add']({ network: 'xmpp', address, config }, signal);
      const answer = { action: 'submit', values: { password } };
      return (await methods['interaction.answer']({ interaction, answer }, signal)).account;
    }
    async function add(name: string): Promise<AccountId> {
      const account = await signIn(await server.addUser({ name, password: 'secret' }), 'secret');
      if (account === null) throw new Error('not signed in');
      await phase(account, 'online');
      return account;
    }
    const phase = (account: AccountId, wanted: string): Promise<void> =>
      expect.poll(() => hub.profile.statuses.get(account)?.state.phase, { timeout: 15_000 }).toBe(wanted);
    const contactOf = (account: AccountId) =>
      [...hub.profile.contacts.entries()].map(([, row]) => row).find((row) => row.account === account);
    async function texts(account: AccountId): Promise<string[]> {
      const rows = [...hub.profile.conversations.entries()].map(([, row]) => row);
      const conversation = rows.find((row) => row.account === account)?.id;
      if (conversation === undefined) return [];
      const page = await hub.handlers.methods['history.page']({ conversation, limit: 100 }, signal);
      return page.rows.map(({ content }) => content.text);
    }
    async function friends(): Promise<[AccountId, AccountId]> {
      const [alice, bob] = [await add(`alice${(count += 1)}`), await add(`bob${count}`)];
      const { methods } = hub.handlers;
      const change = { action: 'add', address: `bob${count}@localhost`, text: 'hello' } as const;
      await methods['roster.change']({ key: 'r1', account: alice, change }, signal);
      await expect.poll(() => contactOf(bob)?.request, { timeout: 10_000 }).toBe('hello');
      const contact = contactOf(bob)!.id;
      await methods['roster.change'](
        { key: 'r2', account: bob, change: { action: 'accept', contact } },
        signal,
      );
      await expect.poll(() => contactOf(alice)?.subscription.to, { timeout: 10_000 }).toBe('granted');
      return [alice, bob];
    }

    test('contacts, presence, and messages both ways over a link that keeps breaking, each once and in order', async () => {
      const [alice, bob] = await friends();
      await expect
        .poll(() => hub.profile.presences.get(contactOf(alice)!.id)?.availability, { timeout: 10_000 })
        .toBe('available');
      const { methods } = hub.handlers;
      const numbers = Array.from({ length: 20 }, (_, index) => `number ${index}`);
      for (const [index, text] of numbers.entries()) {
        if (index % 7 === 3) proxy.cutAll('reset');
        const to = { person: contactOf(alice)!.person };
        await methods['message.send'](
          { key: `m${index}`, to, draft: { content: { kind: 'text', text } } },
          signal,
        );
      }
      await expect.poll(() => texts(bob), { timeout: 15_000 }).toEqual(numbers);
      await expect.poll(() => texts(alice), { timeout: 15_000 }).toEqual(numbers);
      await phase(bob, 'online');
      await methods['account.enable']({ account: bob, enabled: false }, signal);
      await expect
        .poll(() => hub.profile.presences.get(contactOf(alice)!.id)?.availability, { timeout: 10_000 })
        .toBe('offline');
    }, 60_000);

    test('what is written while the network is away arrives once, and after the next meeting both histories agree', async () => {
      const [alice, bob] = await friends();
      const { methods } = hub.handlers;
      const say = async (account: AccountId, text: string): Promise<void> => {
        const to = { person: contactOf(account)!.person, account };
        await methods['message.send']({ key: text, to, draft: { content: { kind: 'text', text } } }, signal);
      };
      await say(alice, 'one');
      await expect.poll(() => texts(bob), { timeout: 10_000 }).toEqual(['one']);
      proxy.refusing = true;
      proxy.cutAll('reset');
      const meanwhile = ['two', 'three', 'four', 'five', 'six', 'seven'];
      for (const [index, text] of meanwhile.entries()) await say(index % 2 === 0 ? alice : bob, text);
      proxy.refusing = false;
      const all = ['one', ...meanwhile].toSorted();
      for (const account of [alice, bob]) {
        await expect.poll(async () => (await texts(account)).toSorted(), { timeout: 15_000 }).toEqual(all);
      }
      proxy.cutAll('close');
      await say(alice, 'last');
      await expect.poll(async () => (await texts(bob)).at(-1), { timeout: 15_000 }).toBe('last');
      if (oneOrder)
        await expect
          .poll(async () => JSON.stringify(await texts(alice)), { timeout: 15_000 })
          .toBe(JSON.stringify(await texts(bob)));
      expect((await texts(bob)).toSorted()).toEqual([...all, 'last'].toSorted());
    }, 60_000);

    test.runIf(oneOrder)(
      'what both write at once ends in one order on both sides, without a reconnect',
      async () => {
        const [alice, bob] = await friends();
        const { methods } = hub.handlers;
        const all = Array.from({ length: 30 }, (_, index) => `number ${index}`);
        await Promise.all(
          all.map((text, index) => {
            const account = index % 2 === 0 ? alice : bob;
            const to = { person: contactOf(account)!.person, account };
            return methods['message.send'](
              { key: text, to, draft: { content: { kind: 'text', text } } },
              signal,
            );
          }),
        );
        await expect
          .poll(async () => (await texts(alice)).toSorted(), { timeout: 15_000 })
          .toEqual(all.toSorted());
        await expect
          .poll(async () => JSON.stringify(await texts(alice)) === JSON.stringify(await texts(bob)), {
            timeout: 8_000,
          })
          .toBe(true);
        expect(proxy.connections.size).toBe(2);
        expect(proxy.accepted).toBe(4); // two sign-ins, two sessions
      },
      60_000,
    );

    test('a wrong password saves nothing and is tried once', async () => {
      const address = await server.addUser({ name: 'wrong', password: 'secret' });
      const before = proxy.accepted;
      expect(await signIn(address, 'other')).toBeNull();
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(proxy.accepted - before).toBe(1);
      expect(await hub.handlers.methods['account.list']({}, signal)).toEqual([]);
    });

    test('a password that was changed elsewhere ends in needsLogin, without a retry loop', async () => {
      const account = await add('changed');
      await server.addUser({ name: 'changed', password: 'another' });
      const before = proxy.accepted;
      await server.restart(); // sessions end, and the new password counts
      await phase(account, 'needsLogin');
      const tries = proxy.accepted;
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(proxy.accepted).toBe(tries);
      expect(tries).toBeGreaterThan(before);
    }, 60_000);
  });
});
