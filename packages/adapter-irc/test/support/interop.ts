import { afterEach } from 'vitest';
import type { OpBody } from '@natter/core';
import { IrcPeer } from './irc-peer.ts';
import { run, type Running } from './online.ts';

/** How long a test waits for what another program does. */
export const patient = { timeout: 10_000 };

/** What is closed behind each test, the newest first. */
export const cleaning: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleaning.splice(0).toReversed()) await clean();
});

/** Somebody on a server of this machine, until the test ends. */
export async function peerOn(
  port: number,
  nick: string,
  capabilities: readonly string[] = [],
): Promise<IrcPeer> {
  const peer = await IrcPeer.start({ host: '127.0.0.1', port, nick, other: 'me', capabilities });
  cleaning.push(() => peer.close());
  return peer;
}

/** Our account on a server of this machine, until the test ends. */
export function online(port: number, options: Parameters<typeof run>[1] = {}): Running {
  const running = run(port, options);
  cleaning.push(() => running.stop());
  return running;
}

/** A change of a channel. */
export const room = (change: object): OpBody => ({ type: 'room', change }) as OpBody;
