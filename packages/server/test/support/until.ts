import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something has come about that is neither `null` nor `false`. */
export async function until<T>(look: () => Promise<T | null | false> | T | null | false): Promise<T> {
  const end = Date.now() + 20_000;
  for (;;) {
    const found = await look();
    if (found !== null && found !== false) return found;
    if (Date.now() > end) throw new Error('waited in vain');
    await sleep(10);
  }
}
