import { describe, expect, it } from 'vitest';
import { memoryStore } from '@natter/core';
import type { Person } from '@natter/core';
import { Bench, Script, key } from './support/scripted.ts';

const contact = (name: string, more: object = {}) =>
  ({ type: 'upsert', of: 'contact', key: key(name), value: { address: name, ...more } }) as const;

async function people(bench: Bench): Promise<readonly Person[]> {
  return (await bench.call('people.list', { filter: {}, sort: ['name'], offset: 0, limit: 99 })).rows;
}

async function twoNetworks() {
  const scripts = [new Script('one'), new Script('two')] as const;
  const bench = await Bench.open(scripts);
  await scripts[0].commit({ events: [contact('bob@one', { name: 'Bob' })] });
  await scripts[1].commit({ events: [contact('bob@two', { name: 'Bobby' })] });
  const [a, b] = await people(bench);
  return { bench, scripts, a: a!, b: b! };
}

describe('people', () => {
  it('are one row each, until the user links them, and again when the link is undone', async () => {
    const { bench, a, b } = await twoNetworks();
    const merged = await bench.call('person.link', { persons: [a.id, b.id] });
    expect(merged.contacts.map(({ address }) => address)).toEqual(['bob@one', 'bob@two']);
    expect(await people(bench)).toHaveLength(1);
    // The id of the row that is gone goes on to lead to the person.
    expect((await bench.call('person.get', { person: b.id })).id).toBe(a.id);
    await bench.call('person.unlink', { contact: merged.contacts[1]!.id });
    expect((await people(bench)).map(({ id, name }) => [id, name])).toEqual([
      [a.id, 'Bob'],
      [b.id, 'Bobby'],
    ]);
    await bench.hub.close();
  });

  it('are never called by what nobody can see', async () => {
    const script = new Script('one');
    const bench = await Bench.open([script]);
    const blank = ['', '   ', '\u200b\u2060', '\u3164', '\u2800\u00ad'];
    await script.commit({ events: blank.map((name, index) => contact(`bob${index}@one`, { name })) });
    await script.commit({ events: [contact('ann@one', { name: 'Ann', alias: ' \u200e' })] });
    expect((await people(bench)).map(({ name }) => name)).toEqual([
      'Ann',
      ...blank.map((_, index) => `bob${index}@one`),
    ]);
    await bench.hub.close();
  });

  it('can be unlinked from either side', async () => {
    const { bench, a, b } = await twoNetworks();
    await bench.call('person.link', { persons: [a.id, b.id] });
    await bench.call('person.unlink', { contact: a.contacts[0]!.id });
    expect((await people(bench)).map(({ contacts }) => contacts.map(({ address }) => address))).toEqual([
      ['bob@one'],
      ['bob@two'],
    ]);
    await bench.hub.close();
  });

  it('have the names back that the user gave them, when a link is undone', async () => {
    const { bench, a, b } = await twoNetworks();
    const names = async () => (await people(bench)).map(({ name }) => name);
    await bench.call('person.rename', { person: b.id, alias: 'Robert' });
    const merged = await bench.call('person.link', { persons: [a.id, b.id] });
    expect(merged.name).toBe('Robert');
    await bench.call('person.unlink', { contact: merged.contacts[1]!.id });
    expect(await names()).toEqual(['Bob', 'Robert']);
    await bench.call('person.link', { persons: [a.id, b.id] });
    await bench.call('person.rename', { person: a.id, alias: 'Rob' });
    expect(await names()).toEqual(['Rob']);
    await bench.call('person.rename', { person: a.id, alias: null });
    expect(await names()).toEqual(['Bob']);
    await bench.hub.close();
  });

  it('survive a restart linked', async () => {
    const scripts = [new Script('one'), new Script('two')] as const;
    const store = memoryStore();
    const first = await Bench.open(scripts, { store });
    await scripts[0].commit({ events: [contact('a')] });
    await scripts[1].commit({ events: [contact('b')] });
    const rows = await people(first);
    await first.call('person.link', { persons: rows.map(({ id }) => id) });
    await first.hub.close();
    const second = await Bench.open(scripts, { store: store.reopen() });
    expect(await people(second)).toMatchObject([
      { id: rows[0]?.id, contacts: [{ address: 'a' }, { address: 'b' }] },
    ]);
    await second.hub.close();
  });

  it('are linked by themselves only on an identity that networks verified, and never against the word of the user', async () => {
    const { bench, scripts, a, b } = await twoNetworks();
    await bench.call('person.distinguish', { a: a.contacts[0]!.id, b: b.contacts[0]!.id });
    const verified = { verified: ['mailto:bob@example.org'] };
    await scripts[0].commit({ events: [contact('bob@one', verified)] });
    await scripts[1].commit({ events: [contact('bob@two', verified)] });
    expect(await people(bench)).toHaveLength(2);
    await bench.call('person.undistinguish', { a: b.contacts[0]!.id, b: a.contacts[0]!.id });
    await scripts[1].commit({ events: [contact('bob@two', { ...verified, name: 'Bobby!' })] });
    expect(await people(bench)).toHaveLength(1);
    await bench.hub.close();
  });

  it('of the same name are suggested, not linked, unless they are said to be distinct', async () => {
    const scripts = [new Script('one'), new Script('two')] as const;
    const bench = await Bench.open(scripts);
    for (const script of scripts)
      await script.commit({ events: [contact(`bob@${script.id}`, { name: 'Bób' })] });
    const [a, b] = await people(bench);
    expect(await bench.call('person.suggest', {})).toMatchObject([{ reason: 'same-name' }]);
    expect(await people(bench)).toHaveLength(2);
    await bench.call('person.distinguish', { a: a!.contacts[0]!.id, b: b!.contacts[0]!.id });
    expect(await bench.call('person.suggest', {})).toEqual([]);
    await bench.hub.close();
  });

  it('are written to through the contact that the user put first, whoever is reachable', async () => {
    const { bench, scripts, a, b } = await twoNetworks();
    const person = await bench.call('person.link', { persons: [a.id, b.id] });
    const presence = {
      availability: 'available',
      text: null,
      since: null,
      expiresAt: null,
      priority: 0,
      device: null,
    } as const;
    scripts[0].host?.hint([{ type: 'presence', key: key('bob@one'), resource: 'r', presence }]);
    await bench.until(async () => (await people(bench))[0]?.presence.availability === 'available');
    const route = async () => (await bench.call('conversation.open', { person: person.id })).contact;
    expect(await route()).toBe(a.contacts[0]?.id);
    await bench.call('person.prefer', { person: person.id, contacts: [b.contacts[0]!.id] });
    expect(await route()).toBe(b.contacts[0]?.id);
    // A disabled account carries nothing now; when all are, what is written waits.
    await bench.call('account.enable', { account: bench.accounts[1]!, enabled: false });
    expect(await route()).toBe(a.contacts[0]?.id);
    await bench.call('account.enable', { account: bench.accounts[0]!, enabled: false });
    expect(await route()).toBe(b.contacts[0]?.id);
    await bench.hub.close();
  });
});

describe('a name that somebody typed', () => {
  it('is an id, an address, an account and an address, or a name; all that fit are given', async () => {
    const scripts = [new Script('one'), new Script('two')] as const;
    const bench = await Bench.open(scripts);
    for (const script of scripts)
      await script.commit({ events: [contact('bob@x/y', { name: script.id === 'one' ? 'Zoë' : 'Zoe' })] });
    const resolve = async (text: string) => (await bench.call('resolve', { text })).map(({ kind }) => kind);
    expect(await resolve('zoe')).toEqual(['person', 'person']);
    expect(await resolve('BOB@x/y')).toEqual(['contact', 'contact']);
    expect(await resolve(`${bench.accounts[0]}/bob@x/y`)).toEqual(['contact']);
    expect(await resolve('two/me/bob@x/y')).toEqual(['contact']);
    expect(await resolve('two/bob@x/y')).toEqual(['contact']);
    expect(await resolve('me/bob@x/y')).toEqual(['contact', 'contact']);
    expect(await resolve((await people(bench))[0]!.id)).toEqual(['person']);
    expect(await resolve('nobody')).toEqual([]);
    await bench.hub.close();
  });
});

describe('a roster that is told anew', () => {
  it('drops who is no longer in it, and only when it was told to its end', async () => {
    const script = new Script();
    const bench = await Bench.open([script]);
    await script.commit({ events: [contact('a'), contact('b')] });
    const sweep = (end: boolean, generation: string) =>
      ({ type: 'sweep', of: 'contact', generation, end }) as const;
    await script.commit({ origin: 'snapshot', events: [sweep(false, '1'), contact('a')] });
    expect(await people(bench)).toHaveLength(2);
    await script.commit({ origin: 'snapshot', events: [sweep(false, '2'), contact('a')] });
    await script.commit({ origin: 'snapshot', events: [contact('c'), sweep(true, '2')] });
    expect((await people(bench)).map(({ name }) => name)).toEqual(['a', 'c']);
    await bench.hub.close();
  });

  it('is the address of a room, or of one of its occupants who wrote in private, and never only their name', async () => {
    const script = new Script('one');
    const bench = await Bench.open([script]);
    await script.commit({
      events: [
        contact('zoe@x', { name: 'Zoe' }),
        { type: 'upsert', of: 'conversation', key: key('hall@r'), value: { kind: 'channel', title: 'Hall' } },
        {
          type: 'upsert',
          of: 'conversation',
          key: key('hall@r/Zoe'),
          value: { kind: 'direct', parent: key('hall@r'), title: 'Zoe' },
        },
      ],
    });
    const resolve = (text: string) => bench.call('resolve', { text });
    expect(await resolve('hall@r')).toMatchObject([{ kind: 'conversation', type: 'channel' }]);
    expect(await resolve('hall@r/zoe')).toMatchObject([
      { kind: 'conversation', type: 'direct', title: 'Zoe' },
    ]);
    expect(await resolve('zoe')).toMatchObject([{ kind: 'person' }]);
    await bench.hub.close();
  });
});
