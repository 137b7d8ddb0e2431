import { afterAll, beforeAll } from 'vitest';
import { describeServer } from '@natter/e2e';
import { describeAdapter } from '@natter/testing/conformance';
import { startNgircdServers, type ConformanceServers } from './support/ngircd-setup.ts';

describeServer('IRC', 'ngircd', () => {
  let servers: ConformanceServers;
  beforeAll(async () => {
    servers = await startNgircdServers();
  });
  afterAll(() => servers?.stop());

  describeAdapter('conforms on a plain server of RFC 2812', { setup: () => servers.setup() });
});
