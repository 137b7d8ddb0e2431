import { BenchClient } from './client.ts';
import { deviceOf, tokenOf, userOf } from './seed.ts';

/** Addresses of loopback, so that ports do not run out. */
const localAddress = (number: number): string => `127.0.0.${2 + (number % 8)}`;

/** Connects and signs in by token, as a seeded account. */
export async function resume(url: string, number: number): Promise<BenchClient> {
  const client = await BenchClient.connect(url, localAddress(number));
  await client.request({
    type: 'resume',
    address: userOf(number),
    device: deviceOf(number),
    token: tokenOf(number),
  });
  return client;
}

/** Only connects. */
export function connectBare(url: string, number: number): Promise<BenchClient> {
  return BenchClient.connect(url, localAddress(number));
}

/** Does something for the numbers from 1 on, so many at a time. */
export async function inParallel<T>(
  count: number,
  width: number,
  work: (number: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 1;
  const lane = async (): Promise<void> => {
    while (next <= count) {
      const number = next;
      next += 1;
      results.push(await work(number));
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
}
