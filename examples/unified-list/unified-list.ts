/**
 * One contact list over two networks. Accounts come as JSON in ACCOUNTS, as `{ network, address, config, secrets }`.
 */
import { createNativeAdapter } from '@natter/adapter-native';
import { createXmppAdapter } from '@natter/adapter-xmpp';
import { createClient, createHub, directLink, memoryBlobs, memorySecrets } from '@natter/core';
import type { AccountAddParams } from '@natter/core';
import { openSqliteStore } from '@natter/store-sqlite';

const hub = await createHub({
  store: await openSqliteStore({ file: process.env['NATTER_DB'] ?? 'natter.db' }),
  secrets: memorySecrets(),
  blobs: memoryBlobs(),
  adapters: [createNativeAdapter(), createXmppAdapter()],
});
const client = createClient(directLink(hub.handlers));
await hub.connect();

client.people$.subscribe((people) => {
  const rows = people.map(
    ({ name, contacts }) => `${name}: ${contacts.map((each) => each.address).join(', ')}`,
  );
  console.log(rows.join(' | '));
});
for (const account of JSON.parse(process.env['ACCOUNTS'] ?? '[]') as AccountAddParams[]) {
  await client.call('account.add', { ...account, connect: false });
}
