/** Under this and the channel's key it is remembered what to enter at the next sign-in. */
export const ROOM_STATE = 'room:';

/** A channel that is entered at every sign-in. */
export interface Room {
  readonly name: string;
  /** What lets one in; null for none. */
  readonly key: string | null;
}

/** A room as text of the account's state. */
export function writeRoom({ name, key }: Room): string {
  return JSON.stringify({ name, ...(key === null ? {} : { key }) });
}

/** Null for what is no room, such as state of another version. */
export function readRoom(text: string): Room | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('name' in value)) return null;
    const key = 'key' in value && typeof value.key === 'string' ? value.key : null;
    return typeof value.name === 'string' ? { name: value.name, key } : null;
  } catch {
    return null; // state of another version
  }
}
