import { z } from 'zod';
import {
  addressSchema,
  deviceIdSchema,
  labelSchema,
  passwordSchema,
  positionSchema,
  requestIdSchema,
  userSchema,
} from './fields.ts';
import type { Address, DeviceId, Position } from './fields.ts';
import { fileIdSchema } from './file.ts';
import type { FileId } from './file.ts';

/** Makes an account and signs in to it. */
export interface RegisterRequest {
  readonly type: 'register';
  readonly id: number;
  /** The part before the `@`. */
  readonly user: string;
  readonly password: string;
  /** Display name; the user name when absent. */
  readonly name?: string;
  /** Needed when the registration mode is `invite`. */
  readonly invite?: string;
  /** Name of this device for the owner's list, e.g. `laptop`. */
  readonly deviceName?: string;
}

/** Signs in by password. Makes a new device, or takes over the one named, so that its cursor is kept. */
export interface SignInRequest {
  readonly type: 'sign-in';
  readonly id: number;
  /** `alice` or `alice@server`. */
  readonly address: Address;
  readonly password: string;
  readonly device?: DeviceId;
  readonly deviceName?: string;
}

/**
 * Signs in by the device's token, which is replaced. The old token stays valid until the new one is used, so that a
 * lost reply locks nobody out. A token that comes back after its successor was used has been copied: the device is
 * removed.
 */
export interface ResumeRequest {
  readonly type: 'resume';
  readonly id: number;
  readonly address: Address;
  readonly device: DeviceId;
  readonly token: string;
}

/** Reply to `register`, `sign-in` and `resume`. */
export interface SignedIn {
  readonly address: Address;
  /** Own display name. */
  readonly name: string;
  readonly device: DeviceId;
  /** For the next `resume`. Store it durably before anything else is done with the connection. */
  readonly token: string;
  /** How far this device has acknowledged the update log. A new device is at 0. */
  readonly cursor: Position;
  /** Last position of the update log. */
  readonly head: Position;
}

/** Ends the device: its token is void and its contacts see it offline at once. The connection is closed. */
export interface SignOutRequest {
  readonly type: 'sign-out';
  readonly id: number;
}

/** Changes the password and removes all other devices. */
export interface ChangePasswordRequest {
  readonly type: 'change-password';
  readonly id: number;
  readonly oldPassword: string;
  readonly newPassword: string;
}

/**
 * Deletes the account for good: devices, rosters and groups lose it, and its name is given to nobody else. What it said
 * stays with whom it was said to. The connections of the account are closed.
 */
export interface AccountDeleteRequest {
  readonly type: 'account-delete';
  readonly id: number;
  readonly password: string;
}

/** Changes what is shown of the account to those who may see its presence: each of them is told by a `roster` update. */
export interface ProfileSetRequest {
  readonly type: 'profile-set';
  readonly id: number;
  /** A picture: an own file, all of which is there, and whose bytes are an image. Empty: none. */
  readonly picture: FileId;
}

/** The schema of {@link RegisterRequest}. */
export const registerRequestSchema: z.ZodType<RegisterRequest> = z.object({
  type: z.literal('register'),
  id: requestIdSchema,
  user: userSchema,
  password: passwordSchema,
  name: labelSchema.exactOptional(),
  invite: z.string().max(128).exactOptional(),
  deviceName: labelSchema.exactOptional(),
});

/** The schema of {@link SignInRequest}. */
export const signInRequestSchema: z.ZodType<SignInRequest> = z.object({
  type: z.literal('sign-in'),
  id: requestIdSchema,
  address: addressSchema,
  password: passwordSchema,
  device: deviceIdSchema.exactOptional(),
  deviceName: labelSchema.exactOptional(),
});

/** The schema of {@link ResumeRequest}. */
export const resumeRequestSchema: z.ZodType<ResumeRequest> = z.object({
  type: z.literal('resume'),
  id: requestIdSchema,
  address: addressSchema,
  device: deviceIdSchema,
  token: z.string().min(1).max(256),
});

/** The schema of {@link SignedIn}. */
export const signedInSchema: z.ZodType<SignedIn> = z.object({
  address: addressSchema,
  name: z.string(),
  device: deviceIdSchema,
  token: z.string().min(1),
  cursor: positionSchema,
  head: positionSchema,
});

/** The schema of {@link SignOutRequest}. */
export const signOutRequestSchema: z.ZodType<SignOutRequest> = z.object({
  type: z.literal('sign-out'),
  id: requestIdSchema,
});

/** The schema of {@link ChangePasswordRequest}. */
export const changePasswordRequestSchema: z.ZodType<ChangePasswordRequest> = z.object({
  type: z.literal('change-password'),
  id: requestIdSchema,
  oldPassword: passwordSchema,
  newPassword: passwordSchema,
});

/** The schema of {@link AccountDeleteRequest}. */
export const accountDeleteRequestSchema: z.ZodType<AccountDeleteRequest> = z.object({
  type: z.literal('account-delete'),
  id: requestIdSchema,
  password: passwordSchema,
});

/** The schema of {@link ProfileSetRequest}. */
export const profileSetRequestSchema: z.ZodType<ProfileSetRequest> = z.object({
  type: z.literal('profile-set'),
  id: requestIdSchema,
  picture: z.union([z.literal(''), fileIdSchema]),
});
