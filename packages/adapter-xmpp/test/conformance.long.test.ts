import { afterAll, beforeAll } from 'vitest';
import { describeServer } from '@natter/e2e';
import { describeAdapter } from '@natter/testing/conformance';
import {
  startConformanceServers,
  startEjabberdServers,
  type ConformanceServers,
} from './support/conformance-servers.ts';

describeServer('XMPP, signed in by one round trip', 'prosody-sid', () => {
  let servers: ConformanceServers;
  beforeAll(async () => {
    servers = await startConformanceServers({ release: 'sid', archive: 'sqlite' });
  });
  afterAll(() => servers?.stop());

  // Not towards the server: Expat 2.6, on which it rests, puts off a tag that comes in crumbs until more comes behind it.
  describeAdapter('conforms on a link that tears every character apart', {
    setup: () => servers.setup({ toClient: { slice: 1 } }),
  });
});

describeServer('XMPP', 'prosody', () => {
  let servers: ConformanceServers;
  beforeAll(async () => {
    servers = await startConformanceServers();
  });
  afterAll(() => servers?.stop());

  const sliced = { toClient: { slice: 1 }, toServer: { slice: { min: 1, max: 7 } } };
  describeAdapter('conforms on a link that tears every character apart', {
    setup: () => servers.setup(sliced),
  });

  const slow = {
    toClient: { latency: { base: 5, jitter: 10 } },
    toServer: { latency: { base: 5, jitter: 10 } },
  };
  describeAdapter('conforms on a slow link', { setup: () => servers.setup(slow) });
});

describeServer('XMPP', 'ejabberd', () => {
  let servers: ConformanceServers;
  beforeAll(async () => {
    servers = await startEjabberdServers();
  });
  afterAll(() => servers?.stop());

  describeAdapter('conforms on a real ejabberd', { setup: () => servers.setup() });
});
