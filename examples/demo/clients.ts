import { createIrcAdapter } from '@natter/adapter-irc';
import { createMatrixAdapter } from '@natter/adapter-matrix';
import { createNativeAdapter } from '@natter/adapter-native';
import { createXmppAdapter } from '@natter/adapter-xmpp';
import { createHub, memoryBlobs, memorySecrets, memoryStore } from '@natter/core';
import type { Store } from '@natter/core';
import { openSqliteStore } from '@natter/store-sqlite';
import { directLink } from '@natter/core/link';
import type { ClientLink } from '@natter/core/link';
import type { DemoHome } from './home.ts';

/** A natter in this process, and the interface that any front end has to it. */
export interface DemoClient {
  readonly link: ClientLink;
  close(): Promise<void>;
}

/** The demo's own natter. Its contacts, people and history are there again at the next start. */
export async function openAlice(home: DemoHome): Promise<DemoClient> {
  return openClient(await openSqliteStore({ file: home.store }), home.keys);
}

/** Juliet's natter forgets everything when she leaves, but for the keys of her devices, which have a folder to be in. */
export async function openJuliet(home: DemoHome): Promise<DemoClient> {
  return openClient(memoryStore(), home.keys);
}

/** Passwords are given at each start and kept in memory, so that the demo leaves none in a keyring. */
async function openClient(store: Store, keyFolder: string): Promise<DemoClient> {
  const hub = await createHub({
    store,
    secrets: memorySecrets(),
    blobs: memoryBlobs(),
    adapters: [
      createNativeAdapter(),
      createXmppAdapter(),
      createMatrixAdapter({ keyFolder }),
      createIrcAdapter(),
    ],
    ...(process.env['NATTER_DEMO_LOG'] === '1' && { log: (...entry) => console.error(...entry) }),
  });
  await hub.connect();
  const link = directLink(hub.handlers);
  return {
    link,
    close: async () => {
      link.close();
      await hub.close();
    },
  };
}
