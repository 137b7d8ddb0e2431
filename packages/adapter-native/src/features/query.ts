import { errorData, NatterError, remoteKey, type Queries } from '@natter/core';
import { completeAddress } from '../mapping/address.ts';
import type { Context } from './context.ts';

/** What an address means. Whether it is there, only asking the person tells. */
export function resolve(context: Context, typed: string): Queries['resolve'][1] {
  const address = completeAddress(typed, context.welcome.server, context.url);
  return address === null ? null : { contact: remoteKey(address), address, name: null };
}

/** For what the network has no word for. */
export function unsupported(what: string): NatterError {
  return new NatterError(
    errorData('unsupported', `the native network has no ${words[what] ?? what}`, { scope: 'account' }),
  );
}

/** What queries and interactions are called when one speaks of them. */
const words: Readonly<Record<string, string>> = {
  rooms: 'list of public rooms',
  'configure-room': 'settings of rooms to configure',
  'register-room': 'rooms to register',
  verify: 'keys to verify',
  recover: 'keys to recover',
};
