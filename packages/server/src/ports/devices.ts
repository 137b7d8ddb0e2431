import type { AccountId, DeviceId } from './identifiers.ts';

/** A signed-in device. */
export interface DeviceRecord {
  readonly id: DeviceId;
  readonly name: string;
  readonly createdAt: number;
  readonly seenAt: number;
  /** How far it has acknowledged the update log. */
  readonly cursor: number;
}

/** A device that is to be signed in. */
export interface NewSignIn {
  readonly id: DeviceId | null;
  readonly name: string;
  /** Hash of its first token. */
  readonly token: Uint8Array;
  /** The stored hash that the password was compared with. */
  readonly passwordHash: string;
}

/** What became of a token that somebody showed. */
export type Rotation =
  /** It is good, and `next` is the following one from now on. */
  | { readonly result: 'rotated'; readonly device: DeviceRecord }
  | { readonly result: 'unknown' }
  /** It is the predecessor of one that was used: somebody holds a copy. The device was removed. */
  | { readonly result: 'reused' };

/** Devices and their tokens, which are stored as hashes only. */
export interface Devices {
  /**
   * Makes a device, or gives an existing one of the account new tokens; `null` id or an unknown one makes one.
   * @throws Refusal `bad-credentials` when the password is not the one any more that was shown: hashing takes time, in which
   * it can be changed to end all devices.
   */
  signIn(account: AccountId, device: NewSignIn): Promise<DeviceRecord>;
  /** Shows a token; if it is good, `next` becomes the one to be shown next time. Both are hashes. */
  rotate(account: AccountId, id: DeviceId, token: Uint8Array, next: Uint8Array): Promise<Rotation>;
  list(account: AccountId): Promise<readonly DeviceRecord[]>;
  /** True when there was one. */
  remove(account: AccountId, id: DeviceId): Promise<boolean>;
}
