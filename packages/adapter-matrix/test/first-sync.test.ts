import { afterEach, beforeEach, expect, test } from 'vitest';
import { memoryStore, type Store } from '@natter/core';
import { CommitsAhead } from '../src/features/commits-ahead.ts';
import { eventually, Home } from './support/home.ts';
import { Homeserver, message } from './support/homeserver.ts';

/** More than are stored with one commit. */
const ROOMS = 170;
let server: Homeserver;
let home: Home | undefined;

beforeEach(async () => {
  server = await Homeserver.start();
  const rooms = Array.from({ length: ROOMS }, (_, index) => {
    const events = [message(`$${index}`, `said in ${index}`)];
    return [`!room${index}:scripted.test`, { timeline: { events } }] as const;
  });
  server.push({ rooms: { join: Object.fromEntries(rooms) } });
});
afterEach(async () => {
  await home?.close();
  await server.stop();
});

/** A store that fails when it is to store this, as long as that is so, and notes what it stored. */
function failing(word: string, fails: () => boolean): { readonly store: Store; readonly stored: string[] } {
  const stored: string[] = [];
  const store = new Proxy(memoryStore(), {
    get: (real, name) => {
      const method: unknown = Reflect.get(real, name);
      if (typeof method !== 'function') return method;
      return async (...parameters: unknown[]): Promise<unknown> => {
        const text = name === 'apply' ? JSON.stringify(parameters) : '';
        if (text.includes(word) && fails()) throw new Error('the disk had a moment');
        const answer: unknown = await Reflect.apply(method, real, parameters);
        if (name === 'apply') stored.push(text);
        return answer;
      };
    },
  });
  return { store, stored };
}

test('a first synchronisation that could not be stored in the middle begins anew, and its token comes last', async () => {
  const first = (): number =>
    server.asked.filter(({ path, query }) => path.endsWith('/sync') && !query.has('since')).length;
  const { store, stored } = failing('said in 60"', () => first() < 2);
  home = await Home.open(server, { store });
  await eventually(() => [...(home?.hub.profile.conversations.entries() ?? [])].length).toBe(ROOMS);
  await eventually(() => stored.some((writes) => writes.includes('"put":"cursor"'))).toBe(true);
  // It was asked for from the start again, since no token was stored with the parts that were.
  expect(first()).toBe(2);
  const token = stored.findIndex((writes) => writes.includes('"put":"cursor"'));
  for (const last of [`said in 60"`, `said in ${ROOMS - 1}"`])
    expect(stored.findIndex((writes) => writes.includes(last))).toBeLessThanOrEqual(token);
  const one = home.named('!room60:scripted.test')?.id;
  expect((await home.rows(one)).map(({ content }) => content.text)).toEqual(['said in 60']);
});

test('no more than a few parts wait to be stored, and a failure of one is told', async () => {
  const waiting: PromiseWithResolvers<void>[] = [];
  const commits = new CommitsAhead({
    commit: () => {
      const one = Promise.withResolvers<void>();
      waiting.push(one);
      return one.promise;
    },
  });
  const part = { origin: 'snapshot', events: [] } as const;
  let room = true;
  await commits.commit(part);
  await commits.commit(part);
  const third = commits.commit(part).then(() => (room = true));
  room = false;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([waiting.length, room]).toEqual([3, false]);
  waiting[0]?.resolve();
  await third;
  waiting[1]?.resolve();
  waiting[2]?.reject(new Error('full'));
  await expect(commits.stored()).rejects.toThrow('full');
});
