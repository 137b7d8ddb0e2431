import { ghostOf, type Room } from '../mapping/room.ts';
import type { AccountData } from './account-data.ts';

/**
 * With whom a room that we are in is a direct conversation; null when it is none. The account's own data says it, but the
 * bot of a bridge is nobody to talk to: behind it stands the ghost of a person.
 */
export function partnerOf(room: Room, accountData: AccountData): string | null {
  const told = accountData.partnerOf(room.id);
  return told === null || told === room.bridge?.bot ? ghostOf(room) : told;
}
