import type { BridgeOrigin } from '@natter/core';
import { oneLine } from '../sanitise.ts';

/** The network that somebody behind a bridge or gateway is really on; null for who is on the account's own. */
export function bridgeFields(bridge: BridgeOrigin | null): { network: string; name: string } | null {
  return bridge === null ? null : { network: bridge.network, name: bridge.name };
}

/** `xmpp`, or `irc over xmpp` behind a gateway. */
export function networkText(network: string, bridge: BridgeOrigin | null): string {
  return bridge === null ? network : `${oneLine(bridge.network)} over ${network}`;
}
