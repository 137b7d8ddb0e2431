import type { Availability, OwnPresence, Presence } from '@natter/core/model';
import { own } from '@natter/wire';
import { getNumber, getText, type JsonMap } from '../wire/json.ts';

const AVAILABILITIES: Readonly<Record<string, Availability>> = {
  online: 'available',
  unavailable: 'away',
  busy: 'dnd', // MSC3026
  'org.matrix.msc3026.busy': 'dnd',
  offline: 'offline',
};

/** What a presence event says (Matrix 1.16, section "m.presence"). */
export function readPresence(content: JsonMap, now: number): Presence {
  const told = own(AVAILABILITIES, getText(content, 'presence') ?? '') ?? 'unknown';
  const ago = getNumber(content, 'last_active_ago');
  return {
    // Servers without presence say "offline" of everybody and know no moment at which anybody was there.
    availability: told === 'offline' && ago === undefined ? 'unknown' : told,
    text: getText(content, 'status_msg')?.slice(0, 1000) ?? null,
    since: ago === undefined || ago < 0 || ago > now ? null : now - ago,
    expiresAt: null,
    priority: 0,
    device: null,
  };
}

/** Our presence in the server's words; what it has no word for is the nearest. */
export function writePresence({ availability }: OwnPresence): 'online' | 'unavailable' | 'offline' {
  if (availability === 'available') return 'online';
  return availability === 'invisible' ? 'offline' : 'unavailable';
}
