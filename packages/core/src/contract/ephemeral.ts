import type { BlobId, Presence, RemoteKey } from '../model/index.ts';

/** What is shown now and never stored. */
export type Ephemeral =
  | {
      readonly type: 'presence';
      /** The contact. */
      readonly key: RemoteKey;
      /** Its resource (device); `null` where the network tells one presence per contact. */
      readonly resource: string | null;
      /** `null` when the resource is gone. */
      readonly presence: Presence | null;
    }
  | {
      readonly type: 'typing';
      readonly conversation: RemoteKey;
      /** The participant who types. */
      readonly key: RemoteKey;
      readonly name: string | null;
      readonly active: boolean;
      /** When to forget it by itself, milliseconds since 1970. */
      readonly expiresAt: number;
    }
  | {
      readonly type: 'progress';
      readonly blob: BlobId;
      readonly transferred: number;
      readonly total: number | null;
    };
