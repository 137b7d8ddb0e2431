import { describe, expect, it } from 'vitest';
import { memoryStore } from '@natter/core';
import type { Event, IdentityStability, TimelineEvent } from '@natter/core';
import { Bench, Script, key, message, networkError, sender } from './support/scripted.ts';

const rename = (from: string, to: string): readonly Event[] => [
  { type: 'rekey', of: 'contact', from: key(from), to: key(to) },
  { type: 'rekey', of: 'conversation', from: key(from), to: key(to) },
];

const known = (name: string, stability: IdentityStability = 'session'): Event => ({
  type: 'upsert',
  of: 'contact',
  key: key(name),
  value: { address: name, stability },
});

const said = (by: string, text: string, stable = text): TimelineEvent => ({
  type: 'timeline',
  conversation: key(by),
  place: { by: 'tail' },
  items: [message(text, { from: by, stable: key(stable) })],
});

async function opened(store = memoryStore()) {
  const script = new Script();
  const bench = await Bench.open([script], { store });
  const contacts = () =>
    [...bench.hub.profile.contacts.entries()]
      .map(([, contact]) => contact)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const keys = () => contacts().map((contact) => contact.key);
  return { script, bench, store, contacts, keys };
}

describe('a contact that changes its nick', () => {
  it('and takes its former one again is written to under that one', async () => {
    const { script, bench, keys } = await opened();
    await script.commit({ events: [known('bob'), said('bob', 'a')] });
    await script.commit({ events: rename('bob', 'bob|away') });
    await script.commit({ events: rename('bob|away', 'bob') });
    expect(keys()).toEqual(['bob']);
    const { id } = await bench.conversation();
    const draft = { content: { kind: 'text', text: 'hi' } } as const;
    await bench.call('message.send', { key: 'k', to: { conversation: id }, draft });
    await bench.until(() => script.performed.length === 1);
    expect(script.performed[0]?.conversation).toBe('bob');
    await bench.hub.close();
  });

  it('is not mistaken for whoever has that nick next (I5)', async () => {
    const { script, bench, contacts, store } = await opened();
    await script.commit({ events: [known('bob'), said('bob', 'from bob')] });
    await script.commit({ events: rename('bob', 'robert') });
    await script.commit({ events: [said('bob', 'from a stranger')] });
    await script.commit({ events: [said('robert', 'bob again')] });
    const check = async (from: Bench): Promise<void> => {
      expect(await from.texts('robert')).toEqual(['from bob', 'bob again']);
      expect(await from.texts('bob')).toEqual(['from a stranger']);
    };
    expect(contacts().map((contact) => contact.key)).toEqual(['robert', 'bob']);
    await check(bench);
    // Nor does what is stored lead there.
    await bench.hub.close();
    const again = await Bench.open([script], { store: store.reopen() });
    await script.commit({ events: [said('bob', 'the stranger again')] });
    expect(await again.texts('bob')).toEqual(['from a stranger', 'the stranger again']);
    await again.hub.close();
  });

  it('leaves it to another contact that takes it over', async () => {
    const { script, bench, contacts } = await opened();
    await script.commit({ events: [known('bob'), known('eve'), said('bob', 'b'), said('eve', 'e')] });
    const [bob, eve] = contacts();
    await script.commit({ events: rename('bob', 'robert') });
    await script.commit({ events: rename('eve', 'bob') });
    expect(contacts()).toMatchObject([
      { id: bob?.id, key: 'robert' },
      { id: eve?.id, key: 'bob' },
    ]);
    await script.commit({ events: [said('bob', 'e2')] });
    expect(await bench.texts('bob')).toEqual(['e', 'e2']);
    await bench.hub.close();
  });

  it('is not taken back by an old change that is told again', async () => {
    const { script, bench, keys } = await opened();
    const first = [known('bob'), said('bob', 'a'), ...rename('bob', 'b2')];
    await script.commit({ events: first });
    await script.commit({ events: rename('b2', 'b3') });
    await script.commit({ events: rename('bob', 'b2') });
    expect(keys()).toEqual(['b3']);
    await bench.hub.close();
  });

  it('is told of by its former one where names are for ever', async () => {
    const { script, bench, keys } = await opened();
    await script.commit({ events: [known('bob', 'permanent'), said('bob', 'a')] });
    await script.commit({ events: rename('bob', 'robert') });
    await script.commit({ events: [said('bob', 'late')] });
    expect(keys()).toEqual(['robert']);
    expect(await bench.texts()).toEqual(['a', 'late']);
    await bench.hub.close();
  });

  it('may still change what it said before', async () => {
    const { script, bench } = await opened();
    await script.commit({ events: [known('bob'), said('bob', 'tpyo', '1')] });
    await script.commit({ events: rename('bob', 'robert') });
    const edit = (by: string): Event => ({
      type: 'patch',
      conversation: key('robert'),
      target: { stable: key('1') },
      by: sender(by),
      change: { kind: 'edit', content: { kind: 'text', text: `typo, says ${by}` }, at: null },
    });
    await script.commit({ events: [edit('eve'), edit('robert')] });
    expect(await bench.texts()).toEqual(['typo, says robert']);
    await bench.hub.close();
  });
});

describe('a private message in a room', () => {
  it('from whoever has the nick of somebody before is another conversation', async () => {
    const { script, bench } = await opened();
    const privately = (name: string, text: string): readonly Event[] => [
      {
        type: 'upsert',
        of: 'conversation',
        key: key(`room/${name}`),
        value: { kind: 'direct', parent: key('room'), title: name },
      },
      {
        type: 'timeline',
        conversation: key(`room/${name}`),
        place: { by: 'tail' },
        items: [
          {
            ...message(text, { stable: key(text) }),
            sender: { ...sender(name), contact: null, proof: 'occupant' },
          },
        ],
      },
    ];
    await script.commit({ events: privately('bob', 'secret for you') });
    await script.commit({
      events: [
        { type: 'rekey', of: 'conversation', from: key('room/bob'), to: key('room/robert') },
        { type: 'upsert', of: 'conversation', key: key('room/robert'), value: { title: 'robert' } },
      ],
    });
    await script.commit({ events: privately('bob', 'who are you?') });
    const { rows } = await bench.call('conversation.list', { offset: 0, limit: 9 });
    expect(new Set(rows.map((row) => row.key))).toEqual(new Set(['room', 'room/bob', 'room/robert']));
    expect(await bench.texts('bob')).toEqual(['who are you?']);
    expect(await bench.texts('robert')).toEqual(['secret for you']);
    await bench.hub.close();
  });
});

describe('a run of which something cannot be stored', () => {
  it('stores nothing behind it, not a cursor, and begins again at what is stored', async () => {
    const { script, bench } = await opened();
    const account = bench.accounts[0]!;
    await script.commit({ events: [said('bob', 'one')], cursors: { archive: '1' } });
    const bad: Event = { type: 'upsert', of: 'contact', key: key(''), value: {} };
    // Handed over one behind the other, as an adapter does that does not wait for each.
    const ends = await Promise.allSettled([
      script.commit({ events: [bad, said('bob', 'two')], cursors: { archive: '2' } }),
      script.commit({ events: [said('bob', 'three')], cursors: { archive: '3' } }),
    ]);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await bench.until(() => script.runs.length === 2);
    expect(script.runs[1]?.cursors).toEqual({ archive: '1' });
    expect(await bench.texts()).toEqual(['one']);
    expect(bench.hub.profile.cursors.get(account, 'archive')).toBe('1');
    await bench.hub.close();
  });

  it('ends though its adapter would go on, and says why', async () => {
    const { script, bench } = await opened();
    const states: unknown[] = [];
    bench.hub.profile.statuses.delta$.subscribe((delta) => {
      if (!('reset' in delta)) states.push(...delta.set.map(([, { state }]) => state));
    });
    const bad: Event = { type: 'upsert', of: 'contact', key: key(''), value: {} };
    await script.commit({ events: [bad] }).catch(() => undefined);
    await bench.until(() => script.runs.length === 2);
    expect(states).toContainEqual(
      expect.objectContaining({
        phase: 'waiting',
        error: expect.objectContaining({ code: 'protocol' }) as unknown,
      }),
    );
    script.end({ why: 'network', error: networkError });
    await bench.hub.close();
  });
});
