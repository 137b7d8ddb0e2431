import { afterAll, beforeAll } from 'vitest';
import { describeServer } from '@natter/e2e';
import { describeAdapter } from '@natter/testing/conformance';
import { startConformanceServer, type ConformanceServer } from './support/synapse-setup.ts';

describeServer('Matrix', 'synapse', () => {
  let server: ConformanceServer;
  beforeAll(async () => {
    server = await startConformanceServer();
  }, 120_000);
  afterAll(() => server?.stop());

  describeAdapter('conforms on a real Synapse', { setup: () => server.setup() });
});
