import type { Adapter, JsonObject } from '@natter/core';
import { signIn } from './login.ts';
import type { MemoryNetwork } from './network/network.ts';
import { MemorySession } from './session.ts';

/** How a memory adapter is made. */
export interface MemoryAdapterOptions {
  /** What the user types as NETWORK; two memory networks in one client need two. Default `memory`. */
  readonly id?: string;
}

/** What the user may set: nothing. The fingerprint is remembered when the user trusts a certificate. */
const configSchema: JsonObject = {
  type: 'object',
  properties: { fingerprint: { type: 'string', description: 'the certificate that you trust' } },
  additionalProperties: false,
};

/** The adapter of a {@link MemoryNetwork}. */
export function createMemoryAdapter(network: MemoryNetwork, options: MemoryAdapterOptions = {}): Adapter {
  return {
    id: options.id ?? 'memory',
    name: 'Memory network',
    contract: 1,
    capabilities: network.profile.capabilities,
    configSchema,
    login: (start, host) => signIn(network, start, host),
    open: (account, host) => new MemorySession(network, account, host),
  };
}
