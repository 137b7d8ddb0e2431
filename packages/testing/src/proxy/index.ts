/**
 * A seeded TCP fault proxy, in-process: puts 1-byte slices, cuts, black holes, half-closes, latency, low bandwidth and
 * flipped bits between a client and a real server, for kernels without traffic shaping and tests without root.
 *
 * @example
 * ```ts
 * import { startFaultProxy } from '@natter/testing/proxy';
 *
 * const proxy = await startFaultProxy({ upstream: { host: '127.0.0.1', port: 5222 } });
 * proxy.faults = { toClient: { slice: 1 } };
 * // ... connect the client to proxy.port, then:
 * proxy.cutAll('reset');
 * await proxy.close();
 * ```
 * @packageDocumentation
 */
export type { ProxyConnection } from './connection.ts';
export type { ConnectionFaults, Ending, LaneFaults } from './faults.ts';
export type { Lane } from './lane.ts';
export { startFaultProxy, type FaultProxy, type FaultProxyOptions, type Upstream } from './proxy.ts';
