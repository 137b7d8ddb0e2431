import { describe, expect, it } from 'vitest';
import { memoryStore } from '@natter/core';
import type { Store } from '@natter/core';
import { Bench, Script, key, message, timeline } from './support/scripted.ts';

/** A store that refuses whatever holds the word. */
function picky(word: string): Store {
  const store = memoryStore();
  return {
    ...bound(store),
    apply: async (writes: Parameters<Store['apply']>[0]) => {
      if (JSON.stringify(writes).includes(word)) throw new Error(`no ${word} here`);
      return store.apply(writes);
    },
  };
}

/** Its methods apart from it: they are not own properties. */
function bound(store: Store): Store {
  const names = [
    'load',
    'findMessages',
    'edges',
    'nextOrder',
    'timeline',
    'countUnread',
    'search',
    'members',
    'changes',
    'orphans',
    'findOperation',
    'operations',
    'close',
  ] as const;
  return Object.fromEntries(
    names.map((name) => [name, Reflect.get(store, name).bind(store)]),
  ) as unknown as Store;
}

describe('commits that share a transaction', () => {
  it('do not fail with the one among them that the store refuses', async () => {
    const scripts = [new Script('bad'), new Script('good')] as const;
    const bench = await Bench.open(scripts, { store: picky('poison') });
    const told = (text: string) => ({ events: [timeline(message(text, { stable: key(text) }))] });
    const ends = await Promise.allSettled([
      scripts[1].commit(told('one')),
      scripts[0].commit(told('poison')),
      scripts[1].commit(told('two')),
    ]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await bench.texts()).toEqual(['one', 'two']);
    expect((await bench.conversation()).unread).toBe(2);
    await bench.hub.close();
  });
});
