import { flaky } from '../../src/conformance/index.ts';
import { describeClient } from '../../src/suite/index.ts';
import { memorySetup } from '../conformance/memory-setup.ts';

for (const profile of ['total', 'archive', 'arrival'] as const) {
  describeClient(`memory network, ${profile} profile`, { setup: () => memorySetup(profile) });

  let seed = 0;
  describeClient(`memory network, ${profile} profile, connection cut again and again`, {
    setup: () => memorySetup(profile, (adapter) => flaky(adapter, { seed: ++seed })),
  });
}
