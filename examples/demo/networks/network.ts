import type { JsonObject } from '@natter/core/model';

/** The people of the demo. Each has the same user name everywhere. */
export const ALICE = 'alice';
export const JULIET = 'juliet';

/** A network that runs on this machine for as long as the demo does. */
export interface DemoNetwork {
  /** Which adapter speaks it. */
  readonly network: 'native' | 'xmpp' | 'matrix' | 'irc';
  /** What runs, for the reader of the transcript. */
  readonly title: string;
  /** The name of the server, as addresses have it. */
  readonly domain: string;
  /** What a user signs in as. */
  addressOf(user: string): string;
  /** What others put into their contact lists. */
  contactOf(user: string): string;
  /** Settings of an account on it. They differ at each start, since ports and certificates do. */
  readonly config: JsonObject;
  /** Whether its rooms are gone when it stops: what an account of an earlier start knows of them is wrong then. */
  readonly forgetful: boolean;
  stop(): Promise<void>;
}

/** A network that cannot be had on this machine, and why. */
export interface MissingNetwork {
  readonly missing: string;
}

/** `alice@example.org`, which is what most networks make of a user and a server. */
export function mailLike(domain: string): Pick<DemoNetwork, 'addressOf' | 'contactOf'> {
  const address = (user: string): string => `${user}@${domain}`;
  return { addressOf: address, contactOf: address };
}
