import { describeAdapter } from '@natter/testing/conformance';
import { setupRealNetwork } from './support/real-network.ts';

describeAdapter('native, on the real server', { setup: () => setupRealNetwork() });

describeAdapter('native, every byte alone', {
  setup: () =>
    setupRealNetwork({ toServer: { slice: { min: 1, max: 7 } }, toClient: { slice: { min: 1, max: 7 } } }),
});

describeAdapter('native, on a link that keeps breaking', {
  setup: () => setupRealNetwork({ toClient: { endAfter: { bytes: 6_000, how: 'reset' } } }),
});
