/**
 * The conformance suite of adapters: what the hub relies on, asked of an adapter through the contract alone.
 *
 * @example
 * ```ts
 * import { describeAdapter } from '@natter/testing/conformance';
 *
 * describeAdapter('my network', { setup: startMyNetworkWithTwoAccounts });
 * ```
 * @packageDocumentation
 */
export { skipReason, type ConformanceCase, type Needs } from './case.ts';
export { adapterCases } from './cases/index.ts';
export { describeAdapter, type DescribeAdapterOptions } from './describe-adapter.ts';
export { delegate } from './delegate.ts';
export { flaky, type FlakyOptions } from './flaky.ts';
export type { AdapterSetup, Means, Peer, PeerMessage, PeerSend } from './setup.ts';
