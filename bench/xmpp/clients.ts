/** Accounts of a hub, as the benches of XMPP need them. */
import { setTimeout as delay } from 'node:timers/promises';
import { createXmppAdapter } from '@natter/adapter-xmpp';
import { createHub, memoryBlobs, memorySecrets, type AccountId, type Hub, type Store } from '@natter/core';

const { signal } = new AbortController();

/** How an account is reached. */
export interface Server {
  readonly port: number;
  /** Its certificate authority, in PEM. */
  readonly ca: string;
}

export async function openHub(store: Store): Promise<Hub> {
  const hub = await createHub({
    store,
    secrets: memorySecrets(),
    blobs: memoryBlobs(),
    adapters: [createXmppAdapter()],
    backoff: { base: 60_000, cap: 60_000 },
  });
  await hub.connect();
  return hub;
}

/** Adds an account and brings it online. */
export async function signIn(hub: Hub, address: string, { port, ca }: Server): Promise<AccountId> {
  const config = { server: `xmpps://127.0.0.1:${port}`, ca };
  const { methods } = hub.handlers;
  const { interaction } = await methods['account.add']({ network: 'xmpp', address, config }, signal);
  const answer = { action: 'submit', values: { password: 'x' } };
  const { account } = await methods['interaction.answer']({ interaction, answer }, signal);
  if (account === null) throw new Error(`${address} could not sign in`);
  await until(() => hub.profile.statuses.get(account)?.state.phase === 'online');
  return account;
}

/** Turns an account off or on; resolves when it is off, and at once when it is to come on. */
export async function enable(hub: Hub, account: AccountId, enabled: boolean): Promise<void> {
  await hub.handlers.methods['account.enable']({ account, enabled }, signal);
  if (!enabled) await until(() => hub.profile.statuses.get(account)?.state.phase === 'offline');
}

export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(1);
}
