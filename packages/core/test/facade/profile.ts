import { createMemoryAdapter, MemoryNetwork } from '@natter/testing/memory';
import {
  createClient,
  createHub,
  directLink,
  memoryBlobs,
  memorySecrets,
  memoryStore,
  slowJsonLink,
} from '../../src/index.ts';
import type { AccountId, Client, Hub, SlowJsonLink } from '../../src/index.ts';

/** A real hub on a memory network, and a client of it. */
export interface TestProfile {
  readonly network: MemoryNetwork;
  readonly hub: Hub;
  readonly client: Client;
  /** What subscribers of the client threw. */
  readonly thrown: unknown[];
  /** Cuts the link, where there is one to cut. */
  cut(): void;
  /** Signs an account of the network in. */
  signIn(address: string): Promise<AccountId>;
  close(): Promise<void>;
}

/** How the client reaches the hub: every test of the facade runs over both. */
export const ways = ['direct', 'JSON with a slow reader'] as const;

/** Opens a profile whose client reaches the hub in one of the ways. */
export async function openProfile(way: (typeof ways)[number]): Promise<TestProfile> {
  const network = new MemoryNetwork({ profile: 'total' });
  const hub = await createHub({
    store: memoryStore(),
    secrets: memorySecrets(),
    blobs: memoryBlobs(),
    adapters: [createMemoryAdapter(network)],
  });
  await hub.connect();
  const slow: SlowJsonLink | undefined =
    way === 'direct' ? undefined : await slowJsonLink(hub.handlers, { delay: 1 });
  const thrown: unknown[] = [];
  const client = createClient(slow ?? directLink(hub.handlers), {
    onSubscriberError: (error) => void thrown.push(error),
  });
  return {
    network,
    hub,
    client,
    thrown,
    cut: () => slow?.cut(),
    signIn: async (address) => {
      const { interaction } = await client.call('account.add', { network: 'memory', address, config: {} });
      const answer = { action: 'submit', values: { password: 'secret' } };
      const { account } = await client.call('interaction.answer', { interaction, answer });
      if (account === null) throw new Error(`${address} was not signed in`);
      return account;
    },
    close: async () => {
      client.close();
      await hub.close();
    },
  };
}
