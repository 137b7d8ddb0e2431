import { remoteKey, type Opaque, type RemoteKey } from '@natter/core/model';
import { bareAddress } from '../../wire/address.ts';
import type { Room, RoomRecord } from './room.ts';

const PREFIX = 'room ';

/** The secret that holds a room's password. */
export function passwordName(room: RemoteKey): string {
  return `room ${room}`;
}

/** What a batch stores so that the next process enters the room again, and knows from where on to ask its archive. */
export function recordState({ address, record }: Pick<Room, 'address' | 'record'>): Record<string, Opaque> {
  return { [PREFIX + address]: JSON.stringify(record) };
}

/** The rooms of an earlier process or connection. */
export async function readRecords(
  state: (prefix: string) => Promise<Readonly<Record<string, Opaque>>>,
): Promise<Map<RemoteKey, RoomRecord>> {
  const records = new Map<RemoteKey, RoomRecord>();
  for (const [key, text] of Object.entries(await state(PREFIX))) {
    const address = bareAddress(key.slice(PREFIX.length));
    const record = readRecord(text);
    if (address !== null && record !== null) records.set(remoteKey(address), record);
  }
  return records;
}

function readRecord(text: string): RoomRecord | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    const { nick, last, lastAt, left } = value as Partial<Record<keyof RoomRecord, unknown>>;
    if (typeof nick !== 'string' || nick === '') return null;
    return {
      nick,
      last: typeof last === 'string' ? remoteKey(last) : null,
      lastAt: typeof lastAt === 'number' ? lastAt : null,
      left: left === true,
    };
  } catch {
    return null; // state of another version: the bookmarks still tell of the room
  }
}
