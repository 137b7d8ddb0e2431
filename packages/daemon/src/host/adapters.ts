import type { Adapter } from '@natter/core';

/** The networks of this natter. Loaded with the profile that connects, never by a command that only talks to a daemon. */
export async function loadAdapters(keyFolder: string): Promise<readonly Adapter[]> {
  const [{ createNativeAdapter }, { createXmppAdapter }, { createIrcAdapter }, { createMatrixAdapter }] =
    await Promise.all([
      import('@natter/adapter-native'),
      import('@natter/adapter-xmpp'),
      import('@natter/adapter-irc'),
      import('@natter/adapter-matrix'),
    ]);
  return [createNativeAdapter(), createXmppAdapter(), createIrcAdapter(), createMatrixAdapter({ keyFolder })];
}
