import { afterAll, beforeAll } from 'vitest';
import { describeServer } from '@natter/e2e';
import { describeAdapter } from '@natter/testing/conformance';
import { startErgoServers } from './support/ergo-setup.ts';
import {
  startInspircdServers,
  startIrcdHybridServers,
  startNgircdServers,
  type ConformanceServers,
} from './support/password-setup.ts';

const sliced = { toClient: { slice: 1 }, toServer: { slice: { min: 1, max: 7 } } };
const slow = {
  toClient: { latency: { base: 5, jitter: 10 } },
  toServer: { latency: { base: 5, jitter: 10 } },
};
const starts = { ngircd: startNgircdServers, ergo: startErgoServers };

const others = { inspircd: startInspircdServers, 'ircd-hybrid': startIrcdHybridServers };

for (const kind of ['inspircd', 'ircd-hybrid'] as const) {
  describeServer('IRC', kind, () => {
    let servers: ConformanceServers;
    beforeAll(async () => {
      servers = await others[kind]();
    });
    afterAll(() => servers?.stop());

    describeAdapter('conforms', { setup: () => servers.setup() });
  });
}

const links = {
  'conforms on a link that tears every character apart': sliced,
  'conforms on a slow link': slow,
};

for (const kind of ['ngircd', 'ergo'] as const) {
  for (const [name, faults] of Object.entries(links)) {
    describeServer('IRC', kind, () => {
      // Servers of its own: an account that the server keeps online stays in its channels.
      let servers: ConformanceServers;
      beforeAll(async () => {
        servers = await starts[kind]();
      });
      afterAll(() => servers?.stop());

      describeAdapter(name, { setup: () => servers.setup(faults) });
    });
  }
}
