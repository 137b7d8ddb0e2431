import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNativeAdapter } from '@natter/adapter-native';
import { createServer } from '@natter/server';
import type { NatterServer } from '@natter/server';
import { formatVerdict } from '@natter/testing/checker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rehearse } from './rehearse.ts';

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
    server = await createServer({ dataDirectory: folder, port: 0, registration: 'open' });
    for (const [index] of points.entries()) {
      for (const name of ['alice', 'bob'])
        await server.administration.addUser(`${name}${index}`, 'a long password');
    }
  });

  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.concurrent.each(points.map((point, index) => [point, index] as const))(
    'at %s loses nothing and shows nothing twice',
    async (point, index) => {
      const party = (name: string, peer: string) => ({
        name,
        peer,
        network: 'native',
        address: `${name}${index}`,
        peerAddress: `${peer}${index}@localhost`,
        password: 'a long password',
        config: { server: server.url },
        messages,
      });
      const { verdict, killed } = await rehearse({
        alice: party('alice', 'bob'),
        bob: party('bob', 'alice'),
        bobAdapter: createNativeAdapter(),
        point,
      });
      expect(killed, 'the point was passed').toBe(true);
      expect(formatVerdict(verdict)).toMatch(/^10 sent, 10 acknowledged, 20 rows read: every promise kept$/);
    },
    90_000,
  );
});
