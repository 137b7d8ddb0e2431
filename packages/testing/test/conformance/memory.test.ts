import { describeAdapter, flaky } from '../../src/conformance/index.ts';
import { memorySetup } from './memory-setup.ts';

for (const profile of ['total', 'archive', 'arrival'] as const) {
  describeAdapter(`memory network, ${profile} profile`, { setup: () => memorySetup(profile) });

  let seed = 0;
  describeAdapter(`memory network, ${profile} profile, connection cut again and again`, {
    setup: () => memorySetup(profile, (adapter) => flaky(adapter, { seed: ++seed })),
  });
}
