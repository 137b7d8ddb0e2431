import type { SyncAnswer } from './mapping/sync.ts';
import type { RoomEvent } from './mapping/room-event.ts';
import type { JsonMap } from './wire/json.ts';

/** End-to-end encryption of one device, as the rest of the adapter needs it. */
export interface Encryption {
  /**
   * Takes in keys, device lists and key counts of a synchronisation. Called before its events are decrypted and before its
   * token is stored; resolves when that is durable. Rejects when the key store is dead, which ends the run.
   */
  receive(answer: SyncAnswer): Promise<void>;
  /** The event with its true type, content and trust; one that cannot be decrypted stays `m.room.encrypted`. */
  decrypt(roomId: string, event: RoomEvent): Promise<RoomEvent>;
  /** The content of an `m.room.encrypted` event that everybody in the room can read. */
  encrypt(roomId: string, type: string, content: JsonMap, signal: AbortSignal): Promise<JsonMap>;
  /** Frees everything. */
  close(): Promise<void>;
}
