import type { Adapter } from '@natter/core';

/** The networks of this natter. Loaded with the profile that connects, never by a command that only talks to a daemon. */
export async function loadAdapters(): Promise<readonly Adapter[]> {
  const [{ createNativeAdapter }, { createXmppAdapter }, { createIrcAdapter }] = await Promise.all([
    import('@natter/adapter-native'),
    import('@natter/adapter-xmpp'),
    import('@natter/adapter-irc'),
  ]);
  return [createNativeAdapter(), createXmppAdapter(), createIrcAdapter()];
}
