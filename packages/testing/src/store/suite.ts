import { NatterError, type Store } from '@natter/core';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { questions, transactions } from './arbitraries.ts';
import { expectSame } from './compare.ts';
import { NaiveStore } from './naive.ts';
import { describeMessages } from './messages.ts';
import { describeProfile } from './profile.ts';
import { describeSearch } from './search.ts';

/** A place where stores live, empty at first. */
export interface StoreUnderTest {
  /** Opens the one store of this place; the one before is closed. */
  open(): Promise<Store>;
  /** Frees the place; all its stores are closed. */
  dispose(): Promise<void>;
}

/** Opens stores that are closed after each test. */
export type OpenStore = () => Promise<Store>;

/**
 * The tests that every implementation of the Store port passes: examples of what each method means, and random
 * transactions compared with a store without indexes, `runs` times. `setup` makes an empty place; each test takes its own.
 */
export function describeStore(name: string, setup: () => Promise<StoreUnderTest>, runs = 100): void {
  describe(name, () => {
    const places: StoreUnderTest[] = [];
    const opened: Store[] = [];
    const open: OpenStore = async () => {
      const place = await setup();
      places.push(place);
      const store = await place.open();
      opened.push(store);
      return store;
    };
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((store) => store.close()));
      await Promise.all(places.splice(0).map((place) => place.dispose()));
    });

    describeProfile(open);
    describeMessages(open);
    describeSearch(open);
    describeModel(setup, runs);
  });
}

function describeModel(setup: () => Promise<StoreUnderTest>, runs: number): void {
  it(
    'does what a store without indexes does, and is found again after a restart',
    // Each run opens and closes two stores, on a busy machine in one second.
    { timeout: 60_000 + runs * 2_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(transactions, fc.array(questions, { maxLength: 6 }), async (lists, asked) => {
          const place = await setup();
          const naive = new NaiveStore();
          try {
            const store = await place.open();
            for (const writes of lists) {
              if (naive.apply(writes)) await store.apply(writes);
              else
                await expect(store.apply(writes)).rejects.toSatisfy((error) => NatterError.isInstance(error));
            }
            await expectSame(store, naive);
            for (const { timeline, search } of asked) {
              expect(await store.timeline(timeline)).toEqual(naive.timeline(timeline));
              expect(await store.search(search)).toEqual(naive.search(search));
            }
            await store.close();
            const again = await place.open();
            await expectSame(again, naive);
            await again.close();
          } finally {
            await place.dispose();
          }
        }),
        { numRuns: runs },
      );
    },
  );
}
