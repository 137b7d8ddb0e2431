import { afterAll, beforeAll } from 'vitest';
import { describeServer } from '@natter/e2e';
import { describeAdapter } from '@natter/testing/conformance';
import { startConformanceServers, type ConformanceServers } from './support/conformance-servers.ts';

for (const [kind, release] of [
  ['prosody', 'machine'],
  ['prosody-sid', 'sid'],
] as const) {
  describeServer('XMPP', kind, () => {
    let servers: ConformanceServers;
    beforeAll(async () => {
      servers = await startConformanceServers({ release, passwordHash: 'SHA-256', archive: 'sqlite' });
    });
    afterAll(() => servers?.stop());

    describeAdapter('conforms on a real Prosody', { setup: () => servers.setup() });
  });
}
