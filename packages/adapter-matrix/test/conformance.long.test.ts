import { afterAll, beforeAll } from 'vitest';
import { describeServer } from '@natter/e2e';
import { describeAdapter, type AdapterSetup } from '@natter/testing/conformance';
import { startConformanceServer, type ConformanceServer } from './support/synapse-setup.ts';

describeServer('Matrix', 'synapse', () => {
  let server: ConformanceServer;
  beforeAll(async () => {
    server = await startConformanceServer();
  }, 120_000);
  afterAll(() => server?.stop());

  const sliced = { toClient: { slice: { min: 1, max: 50 } }, toServer: { slice: { min: 1, max: 7 } } };
  describeAdapter('conforms on a link that tears everything apart', { setup: () => server.setup(sliced) });

  // Its proposal leaves presence to another one, and what the blocked have said comes once they are let in.
  const sliding = async (): Promise<AdapterSetup> => {
    const setup = await server.setup({}, { slidingSync: true });
    const { capabilities } = setup.adapter;
    const support = { ...capabilities.support, presence: 'none', block: 'partial' } as const;
    return { ...setup, adapter: { ...setup.adapter, capabilities: { ...capabilities, support } } };
  };
  describeAdapter('conforms by sliding synchronisation', { setup: sliding });

  const slow = {
    toClient: { latency: { base: 5, jitter: 10 } },
    toServer: { latency: { base: 5, jitter: 10 } },
  };
  describeAdapter('conforms on a slow link', { setup: () => server.setup(slow) });
});
