/** A natter whose account is synchronised when it says so; an account that is there already goes on from its token. */
import { setTimeout as delay } from 'node:timers/promises';
import { createMatrixAdapter } from '@natter/adapter-matrix';
import { createHub, memoryBlobs, type AccountId, type SecretStore } from '@natter/core';
import { openSqliteStore } from '@natter/store-sqlite';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { USER } from './rooms.ts';

/** `kept` is a file that outlives the process, where the homeserver is a real one and knows its tokens. */
const [, , server = '', file = '', user = USER, kept = ''] = process.argv;
const { signal } = new AbortController();
/** The same in each process, as a keyring would have it. */
const session = JSON.stringify({
  userId: user,
  deviceId: 'D',
  accessToken: 'token',
  refreshToken: null,
  expiresAt: null,
});
const secrets: SecretStore = {
  get: async () => (kept === '' ? session : existsSync(kept) ? readFileSync(kept, 'utf8') : null),
  set: async (_account, _name, value) => void (kept !== '' && value !== null && writeFileSync(kept, value)),
  removeAll: async () => {},
};

const start = performance.now();
const hub = await createHub({
  store: await openSqliteStore({ file }),
  secrets,
  blobs: memoryBlobs(),
  adapters: [createMatrixAdapter()],
});
await hub.connect();
const account = [...hub.profile.accounts.entries()][0]?.[0] ?? (await add());
while (hub.profile.statuses.get(account)?.state.phase !== 'online') await delay(1);
const wall = performance.now() - start;
const cpu = process.cpuUsage();
process.on('message', () => process.send?.({ cpu, memory: process.memoryUsage().rss }));
process.send?.({ url: String(wall) });

async function add(): Promise<AccountId> {
  const { methods } = hub.handlers;
  const { interaction } = await methods['account.add'](
    { network: 'matrix', address: user, config: { server } },
    signal,
  );
  const answer = { action: 'submit', values: { password: 'secret' } };
  const { account: added } = await methods['interaction.answer']({ interaction, answer }, signal);
  if (added === null) throw new Error('could not sign in');
  return added;
}
