import type { Event } from '@natter/core';
import type { Opaque, RemoteKey } from '@natter/core/model';
import { isName } from '../mapping/keys.ts';

/** Under this and the contact's key the book is kept in the account's state. */
export const CONTACT_STATE = 'contact:';

/** A contact that the user keeps. */
export interface Entry {
  readonly nick: string;
  /** The services account that was behind the nick when it was added; null where the server knows none. */
  readonly account: string | null;
  readonly alias: string | null;
  readonly groups: readonly string[];
}

/** Reads an entry as it was kept; null for what another version wrote. */
export function readEntry(text: Opaque): Entry | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    const { nick, account, alias, groups } = value as Partial<Record<keyof Entry, unknown>>;
    if (typeof nick !== 'string' || !isName(nick)) return null;
    return {
      nick,
      account: typeof account === 'string' ? account : null,
      alias: typeof alias === 'string' ? alias : null,
      groups: Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [],
    };
  } catch {
    return null;
  }
}

/** An entry as the hub's contact. Everybody sees everybody on IRC: there is nothing to ask for. */
export function contactEvent(key: RemoteKey, { nick, alias, groups }: Entry): Event {
  return {
    type: 'upsert',
    of: 'contact',
    key,
    value: {
      address: nick,
      alias,
      groups,
      listed: true,
      stability: 'session',
      subscription: { to: 'granted', from: 'granted' },
    },
  };
}
