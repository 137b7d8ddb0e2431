import type { Interaction } from '@natter/core';
import type { OpeningFile, SealingFile } from './features/encryption/sealed-file.ts';
import type { SyncAnswer } from './mapping/sync.ts';
import type { RoomEvent } from './mapping/room-event.ts';
import type { JsonMap } from './wire/json.ts';

/** Keeps something in the adapter's own state, in the transaction that stores the event that it belongs to. */
export type Remember = (key: string, value: string | null) => void;

/** An event that could not be read before: its key has come. */
export interface Healed {
  readonly room: string;
  /** As it is without encryption. */
  readonly event: RoomEvent;
  /** Under which it waited in the adapter's own state. */
  readonly key: string;
}

/** Another user who is to be verified. */
export interface VerificationTarget {
  readonly userId: string;
  /** The direct conversation with them; null when there is none. */
  readonly room: string | null;
}

/** End-to-end encryption of one device for one run, as the rest of the adapter needs it. */
export interface Encryption {
  /** Once everything is wired: tells the server what it has not got, and looks after what keeps messages readable. */
  begin(): void;
  /**
   * Takes in keys, device lists and key counts of a synchronisation. Called before its events are opened and before its
   * token is stored; resolves when that is durable. Rejects when the key store is dead, which ends the run.
   */
  receive(answer: SyncAnswer): Promise<void>;
  /** A room is encrypted from now on, and for good. */
  enable(room: string, content: JsonMap): Promise<void>;
  /** Whether a room was ever told to be encrypted. */
  isEncrypted(room: string): Promise<boolean>;
  /** Who may read in a room has changed. */
  changed(room: string): void;
  /** The event with its true type, content and trust; one that cannot be opened stays `m.room.encrypted`, and waits. */
  open(room: string, event: RoomEvent, remember: Remember): Promise<RoomEvent>;
  /** An event of a timeline as it is without encryption: it may belong to a verification. */
  follow(room: string, event: RoomEvent): Promise<void>;
  /** Verifies somebody by comparing emoji; null for another device of ours. */
  verify(target: VerificationTarget | null): Interaction;
  /** Enters or makes the recovery key of the account. */
  recover(): Interaction;
  /** The content of an `m.room.encrypted` event that everybody in the room can read. What it took is durable. */
  encrypt(room: string, type: string, content: JsonMap, signal: AbortSignal): Promise<JsonMap>;
  /** A file as it may lie on a server. */
  sealFile(bytes: AsyncIterable<Uint8Array>): Promise<SealingFile>;
  /** Begins to open a file. Rejects with NatterError `protocol` when what should open it cannot. */
  openFile(opens: JsonMap): Promise<OpeningFile>;
  /** Tells of events whose key has come. */
  listen(healed: (events: readonly Healed[]) => Promise<void>): void;
  /** Frees everything. */
  close(): Promise<void>;
}
