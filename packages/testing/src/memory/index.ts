/**
 * The memory network: a whole instant-messaging network in the process, in three profiles, and the adapter for it. The
 * adapter is the one to copy when you write your own; the network is what examples and tests talk to.
 *
 * @example
 * ```ts
 * import { createMemoryAdapter, MemoryNetwork } from '@natter/testing/memory';
 *
 * const network = new MemoryNetwork({ profile: 'archive' });
 * network.register('ada', 'secret');
 * const bob = network.register('bob', 'hidden');
 * const adapter = createMemoryAdapter(network);
 * // ... sign `ada` in through the adapter, and then:
 * bob.send({ direct: 'ada' }, 'hello');
 * ```
 * @packageDocumentation
 */
export { createMemoryAdapter, type MemoryAdapterOptions } from './adapter.ts';
export type { LinkFaults } from './network/link.ts';
export { MemoryNetwork, type MemoryNetworkOptions } from './network/network.ts';
export type * from './network/protocol.ts';
export { Refusal } from './network/protocol.ts';
export type { Second } from './network/second.ts';
export { profiles, type Profile, type ProfileName } from './profile.ts';
