import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNativeAdapter } from '@natter/adapter-native';
import { createServer } from '@natter/server';
import type { NatterServer } from '@natter/server';
import { formatVerdict } from '@natter/testing/checker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { password, rehearse } from './rehearse.ts';

const messages = 5;
const points = [
  ...Array.from({ length: 12 }, (_, index) => `store-before:${index + 1}`),
  ...Array.from({ length: 12 }, (_, index) => `store-after:${index + 1}`),
  ...Array.from({ length: 4 }, (_, index) => `perform-before:${index + 1}`),
  ...Array.from({ length: 4 }, (_, index) => `perform-after:${index + 1}`),
  'commit-before:1',
  'commit-after:1',
];

describe('kill -9 of a client of the native server', () => {
  let server: NatterServer;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'natter-crash-server-'));
    // Cheap hashes: what is tested is not the hash.
    const passwordCost = { memory: 1024, passes: 1 };
    server = await createServer({ dataDirectory: folder, port: 0, passwordCost });
    for (const [index] of points.entries()) {
      for (const name of ['alice', 'bob']) await server.administration.addUser(`${name}${index}`, password);
    }
  });

  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.concurrent.each(points.map((point, index) => [point, index] as const))(
    'at %s loses nothing and shows nothing twice',
    async (point, index) => {
      const { verdict, killed } = await rehearse({
        network: 'native',
        addressOf: (name) => `${name}@${server.name}`,
        names: [`alice${index}`, `bob${index}`],
        config: { server: server.url },
        messages,
        adapter: createNativeAdapter(),
        point,
      });
      expect(killed, 'the point was passed').toBe(true);
      expect(formatVerdict(verdict)).toMatch(/^10 sent, 10 acknowledged, 20 rows read: every promise kept$/);
    },
    90_000,
  );
});
