import { describeAdapter } from '../../src/conformance/index.ts';
import { memorySetup } from './memory-setup.ts';

for (const profile of ['total', 'archive', 'arrival'] as const) {
  describeAdapter(`memory network, ${profile} profile`, { setup: () => memorySetup(profile) });
}
