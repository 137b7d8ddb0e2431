import { afterAll, beforeAll } from 'vitest';
import { describeServer } from '@natter/e2e';
import { describeAdapter } from '@natter/testing/conformance';
import { startErgoServers } from './support/ergo-setup.ts';
import { startNgircdServers, type ConformanceServers } from './support/password-setup.ts';

const servers = {
  ngircd: { start: startNgircdServers, name: 'conforms on a plain server of RFC 2812' },
  ergo: { start: startErgoServers, name: 'conforms on a server with IRCv3' },
};

for (const kind of ['ngircd', 'ergo'] as const) {
  describeServer('IRC', kind, () => {
    let started: ConformanceServers;
    beforeAll(async () => {
      started = await servers[kind].start();
    });
    afterAll(() => started?.stop());

    describeAdapter(servers[kind].name, { setup: () => started.setup() });
  });
}
