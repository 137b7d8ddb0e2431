import { afterAll, beforeAll } from 'vitest';
import { describeServer } from '@natter/e2e';
import { describeAdapter } from '@natter/testing/conformance';
import { startConformanceServers, type ConformanceServers } from './support/prosody-setup.ts';

describeServer('XMPP', 'prosody', () => {
  let servers: ConformanceServers;
  beforeAll(async () => {
    servers = await startConformanceServers({ passwordHash: 'SHA-256', archive: 'sqlite' });
  });
  afterAll(() => servers?.stop());

  describeAdapter('conforms on a real Prosody', { setup: () => servers.setup() });
});
