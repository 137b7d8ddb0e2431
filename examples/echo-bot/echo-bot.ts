/**
 * Answers every message with itself, on any network, and lets everybody who asks see its presence. The account comes as
 * JSON in ACCOUNT, as `{ network, address, config, secrets }`. Ctrl-C ends it in order.
 */
import { createNativeAdapter } from '@natter/adapter-native';
import { createXmppAdapter } from '@natter/adapter-xmpp';
import { createClient, createHub, directLink, memoryBlobs, memorySecrets } from '@natter/core';
import type { AccountAddParams } from '@natter/core';
import { openSqliteStore } from '@natter/store-sqlite';
import { concatMap, filter } from 'rxjs';

const hub = await createHub({
  store: await openSqliteStore({ file: process.env['NATTER_DB'] ?? 'echo-bot.db' }),
  secrets: memorySecrets(),
  blobs: memoryBlobs(),
  adapters: [createNativeAdapter(), createXmppAdapter()],
});
const client = createClient(directLink(hub.handlers));

client.messages$
  .pipe(
    // A notice must never be answered by a machine: two bots would talk for ever.
    filter(({ direction, content }) => direction === 'in' && content.kind === 'text'),
    concatMap(({ conversation, content, id }) =>
      client.send({
        key: `echo-${id}`,
        to: { conversation },
        draft: { content: { kind: 'notice', text: content.text } },
      }),
    ),
  )
  .subscribe();

client.changes('now', ['contact']).subscribe(({ item }) => {
  if (item.type !== 'contact' || item.contact.subscription.from !== 'pending') return;
  const { id, account } = item.contact;
  client
    .call('roster.change', { key: `accept-${id}`, account, change: { action: 'accept', contact: id } })
    .catch((error: unknown) => console.error(error));
});

client.accounts$.subscribe((accounts) => {
  for (const { address, state } of accounts) console.log(`${address}: ${state.phase}`);
});

await hub.connect();
const account = JSON.parse(process.env['ACCOUNT'] ?? '{}') as AccountAddParams;
await client.call('account.add', { ...account, connect: false });

process.once('SIGINT', () => {
  client.close();
  void hub.close();
});
