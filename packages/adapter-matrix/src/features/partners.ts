import { ghostOf, type Room } from '../mapping/room.ts';
import type { VerificationTarget } from '../encryption.ts';
import { isUserId } from '../mapping/keys.ts';
import type { Runtime } from '../runtime.ts';
import type { AccountData } from './account-data.ts';

/**
 * With whom a room that we are in is a direct conversation; null when it is none. The account's own data says it, but the
 * bot of a bridge is nobody to talk to: behind it stands the ghost of a person.
 */
export function partnerOf(room: Room, accountData: AccountData): string | null {
  const told = accountData.partnerOf(room.id);
  return told === null || told === room.bridge?.bot ? ghostOf(room) : told;
}

/** Who is meant by a contact or a direct conversation, and where to verify them; null for a room of several people. */
export function verificationTarget(
  key: string,
  { rooms, accountData }: Pick<Runtime, 'rooms' | 'accountData'>,
): VerificationTarget | null {
  const inside = [...rooms.all()].filter(({ membership, replaced }) => membership === 'join' && !replaced);
  const partner = (room: Room): string | null => partnerOf(room, accountData);
  const room = inside.find((each) => each.id === key || (isUserId(key) && partner(each) === key));
  const userId = isUserId(key) ? key : room === undefined ? null : partner(room);
  return userId === null ? null : { userId, room: room?.id ?? null };
}
