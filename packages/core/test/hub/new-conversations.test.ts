import { expect, it } from 'vitest';
import { memoryStore } from '@natter/core';
import type { Event, Store } from '@natter/core';
import { Bench, Script, key, message, sender, timeline } from './support/scripted.ts';

/** A store that notes what it is asked while a commit is made ready. */
function listening(): { readonly store: Store; readonly asked: string[] } {
  const asked: string[] = [];
  const reads = ['findMessages', 'edges', 'timeline', 'countUnread', 'members', 'orphans'];
  const store = new Proxy(memoryStore(), {
    get: (real, name) => {
      const method: unknown = Reflect.get(real, name);
      if (typeof method !== 'function') return method;
      return (...parameters: unknown[]): unknown => {
        if (reads.includes(String(name))) asked.push(String(name));
        return Reflect.apply(method, real, parameters);
      };
    },
  });
  return { store, asked };
}

/** A room as a first synchronisation tells it: what it is, who is in it, the newest of what was said, and how far others have read. */
function room(name: string): readonly Event[] {
  const conversation = key(name);
  const said = [1, 2, 3].map((number) => message(`${name} ${number}`, { stable: key(`${name}-${number}`) }));
  const answer = message(`${name} answer`, {
    stable: key(`${name}-answer`),
    replyTo: { target: { stable: key(`${name}-2`) } },
  });
  return [
    { type: 'upsert', of: 'conversation', key: conversation, value: { kind: 'group', title: name } },
    {
      type: 'upsert',
      of: 'member',
      in: conversation,
      key: key('bob'),
      value: { state: 'joined', name: 'Bob' },
    },
    { ...timeline(...said, answer), conversation, place: { by: 'page', after: null, before: null } },
    {
      type: 'marker',
      conversation,
      who: sender('bob'),
      kind: 'read',
      upTo: { stable: key(`${name}-answer`) },
    },
  ];
}

it('asks the store nothing about conversations that a commit makes itself, and takes them in all the same', async () => {
  const script = new Script();
  const { store, asked } = listening();
  const bench = await Bench.open([script], { store });
  asked.length = 0;
  await script.commit({ origin: 'snapshot', events: [...room('one'), ...room('two')] });
  expect(asked).toEqual([]);
  expect(await bench.texts('one')).toEqual(['one 1', 'one 2', 'one 3', 'one answer']);
  expect(await bench.texts('two')).toEqual(['two 1', 'two 2', 'two 3', 'two answer']);
  // Told again, they are there already: now the store is what knows them.
  asked.length = 0;
  await script.commit({ origin: 'snapshot', events: room('one') });
  expect(asked).toContain('findMessages');
  expect(await bench.texts('one')).toEqual(['one 1', 'one 2', 'one 3', 'one answer']);
  await bench.hub.close();
});
