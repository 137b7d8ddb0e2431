import { describe, expect, it } from 'vitest';
import { errorData, unknownPresence } from '@natter/core';
import type { Step } from '@natter/core';
import { backoffDelay } from '../../src/hub/backoff.ts';
import { Bench, Script, key, message, networkError, timeline } from './support/scripted.ts';

describe('an account that is not online', () => {
  it('says why, and what helps', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const account = bench.accounts[0]!;
    const search = () => bench.call('room.search', { account, text: '' });
    script.end({ why: 'needsLogin', error: errorData('authentication', 'the password has changed') });
    await bench.until(async () => (await bench.call('account.list', {}))[0]?.state.phase === 'needsLogin');
    await expect(search()).rejects.toMatchObject({
      data: {
        code: 'offline',
        message: expect.stringMatching(/is not online: the password has changed$/) as string,
        userAction: 'sign-in',
        retriable: false,
        condition: { account },
      },
    });
    await bench.call('account.enable', { account, enabled: false });
    await expect(search()).rejects.toMatchObject({
      data: { message: expect.stringMatching(/the account is disabled$/) as string, retriable: false },
    });
    await bench.hub.close();
  });
});

it('is not made without an address', async () => {
  const bench = await Bench.open([new Script()]);
  const add = (address: string) =>
    bench.call('account.add', { network: 'script', address, config: {}, connect: false });
  for (const address of ['', '  '])
    await expect(add(address)).rejects.toMatchObject({ data: { code: 'invalid' } });
  await bench.hub.close();
});

describe('the reconnect policy', () => {
  it('waits between nothing and a ceiling that doubles up to its cap, and at least as long as the server asks', () => {
    const policy = (random: number) => ({ base: 1000, cap: 60_000, random: () => random });
    expect([1, 2, 3, 7, 50].map((attempt) => backoffDelay(policy(1), attempt))).toEqual([
      1000, 2000, 4000, 60_000, 60_000,
    ]);
    expect(backoffDelay(policy(0), 9)).toBe(0);
    expect(backoffDelay(policy(0.5), 1)).toBe(500);
    expect(backoffDelay(policy(0), 1, 7000)).toBe(7000);
  });

  it('runs again after a network fault, with the cursors of what is stored', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({
      events: [timeline(message('a', { stable: key('1') }))],
      cursors: { account: '1' },
      state: { h: '5' },
    });
    script.end({ why: 'network', error: networkError });
    await bench.until(() => script.runs.length === 2);
    expect(script.runs[1]?.cursors).toEqual({ account: '1' });
    expect(await script.host?.state('')).toEqual({ h: '5' });
    await bench.hub.close();
  });

  it.each(['needsLogin', 'needsTrust', 'replaced', 'refused'] as const)(
    'never runs again by itself after %s',
    async (why) => {
      const script = new Script();
      const bench = await Bench.open([script]);
      script.end({ why, error: { ...networkError, code: 'authentication' } });
      await bench.until(async () => (await bench.call('account.list', {}))[0]?.state.phase === why);
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(script.runs).toHaveLength(1);
      await bench.call('account.reconnect', { account: bench.accounts[0]! });
      await bench.until(() => script.runs.length === 2);
      await bench.hub.close();
    },
  );

  it('shows the latest of what a server says of itself, and no more of it after the next run begins', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const shown = async (): Promise<readonly string[]> =>
      (await bench.call('account.list', {}))[0]?.announcements.map(({ text }) => text) ?? [];
    script.host?.announcements(Array.from({ length: 500 }, (_, at) => ({ at, text: `line ${at}` })));
    expect(await shown()).toHaveLength(200);
    expect((await shown()).at(-1)).toBe('line 499');
    script.end({ why: 'network', error: networkError });
    await bench.until(() => script.runs.length === 2);
    expect(await shown()).toEqual([]);
    await bench.hub.close();
  });

  it('takes no word of a session whose run has ended', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await bench.call('account.enable', { account: bench.accounts[0]!, enabled: false });
    await expect(script.commit({ events: [timeline(message('late'))] })).rejects.toMatchObject({
      data: { code: 'closed' },
    });
    expect((await bench.call('account.list', {}))[0]).toMatchObject({
      enabled: false,
      state: { phase: 'offline' },
    });
    await bench.hub.close();
  });
});

describe('an account that is added', () => {
  it('is not there when the user cancelled while the network was still asked', async () => {
    const script = new Script();
    const answered = Promise.withResolvers<Step>();
    const bench = await Bench.open([script], {
      adapters: [
        {
          ...script.adapter(),
          login: () => ({
            next: async (answer) =>
              answer === null ? { kind: 'fields', title: 'sign in', fields: [] } : answered.promise,
            cancel: async () => undefined,
          }),
        },
      ],
    });
    const { interaction } = await bench.call('account.add', { network: 'script', address: 'x', config: {} });
    const end = bench.call('interaction.answer', { interaction, answer: { action: 'submit', values: {} } });
    await bench.call('interaction.cancel', { interaction });
    answered.resolve({ kind: 'done', key: key('x') });
    await expect(end).rejects.toMatchObject({ data: { code: 'aborted' } });
    expect(await bench.call('account.list', {})).toEqual([]);
    await bench.hub.close();
  });

  it('is there once, by whatever address the user knows it', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    script.address = 'me';
    for (const address of ['me', 'Me@elsewhere'])
      await expect(
        bench.call('account.add', { network: 'script', address, config: {} }),
      ).rejects.toMatchObject({ data: { code: 'conflict' } });
    expect(await bench.call('account.list', {})).toHaveLength(1);
    await bench.hub.close();
  });
});

describe('an account that is removed', () => {
  it('is signed out though it is not connected', async () => {
    const script = new Script();
    const wiped: boolean[] = [];
    const adapter = script.adapter();
    const bench = await Bench.open([script], {
      adapters: [
        {
          ...adapter,
          open: (spec, host) => ({
            ...adapter.open(spec, host),
            wipe: async (remote) => void wiped.push(remote, (await host.secret('token')) === null),
          }),
        },
      ],
    });
    const [account] = bench.accounts;
    await bench.call('account.enable', { account: account!, enabled: false });
    await bench.call('account.remove', { account: account!, remote: true });
    expect(wiped).toEqual([true, true]);
    await bench.hub.close();
  });

  it('takes its contacts, conversations and history with it, and leaves the others alone', async () => {
    const [one, two] = [new Script('one'), new Script('two')];
    const bench = await Bench.open([one, two]);
    for (const script of [one, two]) {
      await script.commit({
        events: [
          { type: 'upsert', of: 'contact', key: key('bob'), value: { address: `bob@${script.id}` } },
          timeline(message(script.id, { stable: key('1') })),
        ],
      });
    }
    const people = await bench.call('people.list', { filter: {}, sort: [], offset: 0, limit: 9 });
    await bench.call('person.link', { persons: people.rows.map(({ id }) => id) });
    await bench.call('account.remove', { account: bench.accounts[0]! });
    const left = await bench.call('people.list', { filter: {}, sort: [], offset: 0, limit: 9 });
    expect(left.rows.map(({ contacts }) => contacts.map(({ address }) => address))).toEqual([['bob@two']]);
    expect(await bench.texts()).toEqual(['two']);
    expect(await bench.call('history.search', { text: 'one' })).toEqual([]);
    await bench.hub.close();
  });
});

describe('presence', () => {
  it('is that of the contact in the batch just before, and unknown once the account is gone', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    const stored = script.commit({
      events: [{ type: 'upsert', of: 'contact', key: key('bob'), value: { address: 'bob' } }],
    });
    script.host?.hint([
      {
        type: 'presence',
        key: key('bob'),
        resource: 'phone',
        presence: { ...unknownPresence, availability: 'away', text: 'out' },
      },
    ]);
    script.host?.hint([
      {
        type: 'presence',
        key: key('bob'),
        resource: 'desk',
        presence: { ...unknownPresence, availability: 'available' },
      },
    ]);
    await stored;
    const row = async () =>
      (await bench.call('people.list', { filter: {}, sort: [], offset: 0, limit: 9 })).rows[0];
    await bench.until(async () => (await row())?.presence.availability === 'available');
    script.host?.hint([{ type: 'presence', key: key('bob'), resource: 'desk', presence: null }]);
    await bench.until(async () => (await row())?.presence.availability === 'away');
    script.goesOnline = false;
    script.end({ why: 'network', error: networkError });
    await bench.until(async () => (await row())?.presence.availability === 'unknown');
    await bench.hub.close();
  });
});

describe('a presence that was told for a time', () => {
  const told = (expiresAt: number | null) => ({
    ...unknownPresence,
    availability: 'available' as const,
    expiresAt,
  });

  it('is unknown after it, and not offline', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({ events: [timeline(message('hello'))] });
    const [contact] = [...bench.hub.profile.contacts.entries()];
    const presence = () => bench.hub.profile.presences.get(contact![0]);
    const hint = (resource: string | null, expiresAt: number | null) =>
      script.host?.hint([{ type: 'presence', key: key('bob'), resource, presence: told(expiresAt) }]);
    hint('phone', Date.now() + 40);
    hint('desk', null);
    await bench.until(() => Object.keys(presence()?.resources ?? {}).length === 2);
    await bench.until(() => Object.keys(presence()?.resources ?? {}).join() === 'desk');
    expect(presence()?.availability).toBe('available');
    hint(null, Date.now() + 40);
    await bench.until(() => presence()?.expiresAt !== null && presence() !== undefined);
    await bench.until(() => presence() === undefined);
    const [row] = await bench.call('contact.list', {});
    expect(row?.presence.availability).toBe('unknown');
    await bench.hub.close();
  });
});
