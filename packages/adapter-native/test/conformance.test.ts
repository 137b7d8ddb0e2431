import { describeAdapter } from '@natter/testing/conformance';
import { setupRealNetwork } from './support/real-network.ts';

describeAdapter('native, on the real server', { setup: () => setupRealNetwork() });

const slice = { min: 1, max: 7 };
describeAdapter('native, a few bytes at a time', {
  setup: () => setupRealNetwork(() => ({ toServer: { slice }, toClient: { slice } })),
});

// Some connections last, so that there is an end to it; a sign-in always goes through.
const lengths = [1_500, 1_200, 1_600, Infinity, 1_300, 2_500, Infinity];
describeAdapter('native, on a link that keeps breaking', {
  setup: () =>
    setupRealNetwork((connection) => ({
      toClient: { endAfter: { bytes: lengths[connection % lengths.length] ?? Infinity, how: 'reset' } },
    })),
});
