import type { ChangeItem } from '@natter/core';
import type { ClientLink } from '@natter/core/link';

const PATIENCE = 15_000;

/** Calls `heard` for everything that happens from now on, in order, until the link ends. Returns what ends it earlier. */
export function follow(link: ClientLink, heard: (item: ChangeItem) => void): () => void {
  const subscription = link.open(
    'changes',
    { after: 'now' },
    {
      frame: ({ items }) => {
        for (const item of items) heard(item);
        // A frame costs a credit, and giving it back asks for the next one: what is slow here waits there.
        queueMicrotask(() => subscription.credit(1));
      },
      end: () => {},
    },
  );
  return () => subscription.close();
}

/** Resolves with the first thing that happens for which `wanted` gives a value; rejects when nothing does in time. */
export function once<T>(
  link: ClientLink,
  what: string,
  wanted: (item: ChangeItem) => T | undefined,
): Promise<T> {
  return patiently(what, (found) =>
    follow(link, (item) => {
      const value = wanted(item);
      if (value !== undefined) found(value);
    }),
  );
}

/** Resolves when something is so: now, or after one of the things that happen; rejects when it is not so in time. */
export function until(link: ClientLink, what: string, isSo: () => Promise<boolean>): Promise<void> {
  return patiently(what, (found, failed) => {
    const look = (): void => void isSo().then((so) => (so ? found() : undefined), failed);
    // Listening begins before looking, so that nothing falls between.
    const stop = follow(link, look);
    look();
    return stop;
  });
}

async function patiently<T>(
  what: string,
  start: (found: (value: T) => void, failed: (error: unknown) => void) => () => void,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const stop = start(resolve, reject);
  const timer = setTimeout(
    () => reject(new Error(`waited ${PATIENCE / 1000} s in vain for ${what}`)),
    PATIENCE,
  );
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    stop();
  }
}
