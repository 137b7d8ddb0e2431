import { describe, expect, it } from 'vitest';
import type { Batch, Content, Event, FormatNode } from '@natter/core';
import { Bench, Script, key, message, networkError, sender, timeline } from './support/scripted.ts';

async function opened() {
  const scripts = [new Script('bad'), new Script('good')] as const;
  const bench = await Bench.open(scripts);
  return { bench, scripts };
}

const refused = { data: { code: 'protocol' } };

const react = (reaction: string, from = 'bob'): Event => ({
  type: 'patch',
  conversation: key('bob'),
  target: { stable: key('1') },
  by: sender(from),
  change: { kind: 'react', key: reaction, on: true },
});

describe('a batch', () => {
  it.each([
    ['a key with half a character', timeline(message('x', { stable: key('\ud800') }))],
    [
      'a count that is none',
      { type: 'upsert', of: 'conversation', key: key('room'), value: { unread: Number.NaN } },
    ],
    ['a negative count', { type: 'upsert', of: 'conversation', key: key('room'), value: { mentions: -1 } }],
    ['an endless reaction', react('x'.repeat(5000))],
    [
      'an address that is no text',
      { type: 'upsert', of: 'contact', key: key('eve'), value: { address: 5 as never } },
    ],
    [
      'a title that is no text',
      { type: 'upsert', of: 'conversation', key: key('r'), value: { title: {} as never } },
    ],
    [
      'groups that are none',
      { type: 'upsert', of: 'contact', key: key('eve'), value: { groups: 'all' as never } },
    ],
  ] as const)('with %s is refused', async (_, event) => {
    const { bench, scripts } = await opened();
    await expect(scripts[0].commit({ events: [event] })).rejects.toMatchObject(refused);
    await scripts[1].commit({ events: [timeline(message('fine'))] });
    expect(await bench.texts()).toEqual(['fine']);
    await bench.hub.close();
  });

  it.each([
    ['a cursor that is no text', { cursors: { archive: 5 as never } }],
    ['state that is no text', { state: { counter: {} as never } }],
    [
      'a gap in no conversation',
      {
        gaps: [
          { op: 'open', gap: { id: '1', conversation: key(''), after: null, before: null, token: null } },
        ],
      },
    ],
    ['the end of no gap', { gaps: [{ op: 'close', id: '' }] }],
  ] satisfies readonly (readonly [string, Partial<Batch>])[])('with %s is refused', async (_, batch) => {
    const { bench, scripts } = await opened();
    await expect(scripts[0].commit(batch)).rejects.toMatchObject(refused);
    expect((await bench.call('conversation.list', { offset: 0, limit: 9 })).total).toBe(0);
    await bench.hub.close();
  });

  it('says nothing of whose a contact is, nor which person', async () => {
    const { bench, scripts } = await opened();
    const upsert = (value: object): Event => ({ type: 'upsert', of: 'contact', key: key('eve'), value });
    await scripts[1].commit({ events: [{ type: 'upsert', of: 'contact', key: key('bob'), value: {} }] });
    const bob = [...bench.hub.profile.contacts.entries()][0]?.[1];
    await scripts[0].commit({ events: [upsert({ ...bob, name: 'Eve' })] });
    const contacts = [...bench.hub.profile.contacts.entries()].map(([, contact]) => contact);
    expect(contacts.map(({ account, key: of }) => [account, of])).toEqual([
      [bench.accounts[1], 'bob'],
      [bench.accounts[0], 'eve'],
    ]);
    expect(new Set(contacts.map(({ person }) => person)).size).toBe(2);
    const value = { id: 'v-forged', account: bench.accounts[1], title: 'room' };
    await scripts[0].commit({
      events: [{ type: 'upsert', of: 'conversation', key: key('room'), value }],
    });
    expect(await bench.conversation()).toMatchObject({ account: bench.accounts[0], title: 'room' });
    await bench.hub.close();
  });

  it('with a tree that no stack can write keeps its text', async () => {
    const { bench, scripts } = await opened();
    let tree: FormatNode = 'deep';
    for (let depth = 0; depth < 50_000; depth += 1) tree = { type: 'bold', children: [tree] };
    const content: Content = { kind: 'text', text: 'plain', formatted: [tree] };
    await scripts[0].commit({ events: [timeline(message('', { content, stable: key('1') }))] });
    const edit = { kind: 'edit', content: { ...content, text: 'edited' }, at: null } as const;
    await scripts[0].commit({
      events: [
        {
          type: 'patch',
          conversation: key('bob'),
          target: { stable: key('1') },
          by: sender('bob'),
          change: edit,
        },
      ],
    });
    expect(JSON.stringify(await bench.messages())).toContain('edited');
    await bench.hub.close();
  });

  it('with a time in the far future neither breaks dates nor stays on top', async () => {
    const { bench, scripts } = await opened();
    const now = Date.now();
    await scripts[0].commit({
      events: [
        timeline(message('a', { sentAt: 9e15, receivedAt: now })),
        timeline(message('b', { sentAt: now + 1e12, receivedAt: now })),
      ],
    });
    const rows = await bench.messages();
    expect(rows.map(({ sentAt }) => sentAt)).toEqual([null, now + 1e12]);
    expect((await bench.conversation()).lastActivity).toBeLessThanOrEqual(Date.now());
    await bench.hub.close();
  });

  it('with thousands of reactions, one named like a property of every object, leaves a row that can be read', async () => {
    const { bench, scripts } = await opened();
    const names = ['__proto__', 'constructor', ...Array.from({ length: 10_000 }, (_, index) => `r${index}`)];
    await scripts[0].commit({
      events: [
        timeline(message('hello', { stable: key('1') }), message('mine', { stable: key('2'), self: true })),
        ...names.map((name) => react(name, '__proto__')),
        {
          type: 'marker',
          conversation: key('bob'),
          who: sender('__proto__'),
          kind: 'read',
          upTo: { stable: key('2') },
        },
      ],
    });
    const [hello, mine] = await bench.messages();
    expect(hello?.reactions).toHaveLength(100);
    expect(hello?.reactions.slice(0, 2)).toEqual([
      { key: '__proto__', senders: ['__proto__'], mine: false },
      { key: 'constructor', senders: ['__proto__'], mine: false },
    ]);
    expect(Object.entries(mine?.receipts ?? {})).toEqual([['__proto__', 'read']]);
    expect(mine?.delivery).toBe('read');
    await bench.hub.close();
  });

  it('that begins lists and never ends them is forgotten with its run', async () => {
    const { bench, scripts } = await opened();
    const begin: Event = { type: 'sweep', of: 'contact', generation: '1', end: false };
    const upsert: Event = { type: 'upsert', of: 'contact', key: key('a'), value: {} };
    await scripts[0].commit({ origin: 'snapshot', events: [begin, upsert] });
    expect(bench.hub.profile.sweeps.size).toBe(1);
    scripts[0].end({ why: 'network', error: networkError });
    await bench.until(() => scripts[0].runs.length === 2);
    expect(bench.hub.profile.sweeps.size).toBe(0);
    await bench.hub.close();
  });
});

describe('changes of messages that never come', () => {
  it('wait in a bounded number, the newest of them', async () => {
    const { bench, scripts } = await opened();
    const edit = (number: number): Event => ({
      type: 'patch',
      conversation: key('bob'),
      target: { stable: key(`never ${number}`) },
      by: sender('bob'),
      change: { kind: 'edit', content: { kind: 'text', text: String(number) }, at: null },
    });
    for (let batch = 0; batch < 12; batch += 1)
      await scripts[0].commit({
        events: Array.from({ length: 400 }, (_, index) => edit(batch * 400 + index)),
      });
    const { id } = await bench.conversation();
    const targets = Array.from({ length: 4800 }, (_, index) => ({ stable: key(`never ${index}`) }));
    const waiting = await bench.store.orphans(id, targets);
    expect(waiting.length).toBeGreaterThanOrEqual(2000);
    expect(waiting.length).toBeLessThanOrEqual(2400);
    await scripts[0].commit({ events: [timeline(message('old', { stable: key('never 4799') }))] });
    expect(await bench.texts()).toEqual(['4799']);
    await bench.hub.close();
  });
});

describe('an idempotency key', () => {
  it('gives the same send to a person, by whatever route one would write to them now', async () => {
    const scripts = [new Script('one'), new Script('two')] as const;
    const bench = await Bench.open(scripts);
    for (const script of scripts)
      await script.commit({ events: [{ type: 'upsert', of: 'contact', key: key('bob'), value: {} }] });
    const query = { filter: {}, sort: [], offset: 0, limit: 9 } as const;
    const { rows } = await bench.call('people.list', query);
    const { id: person, contacts } = await bench.call('person.link', { persons: rows.map(({ id }) => id) });
    const send = () =>
      bench.call('message.send', {
        key: 'once',
        to: { person },
        draft: { content: { kind: 'text', text: 'hi' } },
      });
    const first = await send();
    const other = contacts.find(
      ({ account }) => account !== bench.hub.profile.operations.get(first.operation)?.account,
    );
    await bench.call('person.prefer', { person, contacts: [other!.id] });
    expect(await send()).toEqual(first);
    await bench.hub.close();
  });
});

describe('a retry', () => {
  it('of what is with the network at this moment does not send it twice', async () => {
    const script = new Script('script', { resend: 'never' });
    const bench = await Bench.open([script]);
    await script.commit({ events: [timeline(message('hello'))] });
    script.perform = async () => ({ result: 'unknown', error: { ...networkError, retryAfter: 60_000 } });
    const { operation } = await bench.call('message.send', {
      key: 'k',
      to: { conversation: (await bench.conversation()).id },
      draft: { content: { kind: 'text', text: 'hi' } },
    });
    await bench.until(() => bench.hub.profile.operations.get(operation)?.state === 'unknown');
    expect((await bench.call('operation.retry', { operation })).state).toBe('unknown');
    script.end({ why: 'network', error: networkError });
    await bench.until(() => bench.hub.profile.operations.get(operation)?.state === 'unconfirmed');
    expect(script.performed).toHaveLength(1);
    await bench.hub.close();
  });
});
