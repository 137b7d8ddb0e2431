import { z } from 'zod';
import { addressSchema, deviceIdSchema, labelSchema, requestIdSchema, timeSchema } from './fields.ts';
import type { Address, DeviceId, Time } from './fields.ts';

/** `xa`: away for long. `dnd`: do not disturb. */
export type Availability = 'available' | 'away' | 'xa' | 'dnd' | 'offline';

/**
 * Says how the own device is to be seen. A device that has not said anything is not seen at all. It holds until the
 * device signs out, closes its connection properly, or has been gone longer than the grace time.
 */
export interface PresenceSetRequest {
  readonly type: 'presence-set';
  readonly id: number;
  readonly availability: Availability;
  readonly text?: string;
}

/**
 * Starts (or ends) presence pushes to this connection. The result is the state of every contact that is there, or of whom
 * the server knows when they last were; who is missing is offline. A server sends no presence to who has not asked.
 */
export interface PresenceWatchRequest {
  readonly type: 'presence-watch';
  readonly id: number;
  readonly on: boolean;
}

/** How one device of a contact is to be seen. */
export interface DevicePresence {
  readonly device: DeviceId;
  readonly availability: Exclude<Availability, 'offline'>;
  readonly text?: string;
  /** Since when. */
  readonly since: Time;
}

/** The whole presence of one account; each state replaces the one before. */
export interface AccountPresence {
  readonly address: Address;
  /** The devices that are not offline; empty when the account is. */
  readonly devices: readonly DevicePresence[];
  /** With no devices: when the last one went, if the server knows. */
  readonly lastSeen?: Time;
}
/** The contacts that are there, and those of whom is known when they were. */
export interface PresenceSnapshot {
  readonly presences: readonly AccountPresence[];
}

/** The presence of a contact has changed. Never stored: the latest state is all that counts. */
export interface PresencePush extends AccountPresence {
  readonly type: 'presence';
}

/** The schema of {@link PresenceSetRequest}. */
export const presenceSetRequestSchema: z.ZodType<PresenceSetRequest> = z.object({
  type: z.literal('presence-set'),
  id: requestIdSchema,
  availability: z.enum(['available', 'away', 'xa', 'dnd', 'offline']),
  text: labelSchema.exactOptional(),
});
/** The schema of {@link PresenceWatchRequest}. */
export const presenceWatchRequestSchema: z.ZodType<PresenceWatchRequest> = z.object({
  type: z.literal('presence-watch'),
  id: requestIdSchema,
  on: z.boolean(),
});

const accountPresenceShape = {
  address: addressSchema,
  devices: z.array(
    z.object({
      device: deviceIdSchema,
      availability: z.enum(['available', 'away', 'xa', 'dnd']),
      text: z.string().exactOptional(),
      since: timeSchema,
    }),
  ),
  lastSeen: timeSchema.exactOptional(),
};
const accountPresenceSchema: z.ZodType<AccountPresence> = z.object(accountPresenceShape);
/** The schema of {@link PresenceSnapshot}. */
export const presenceSnapshotSchema: z.ZodType<PresenceSnapshot> = z.object({
  presences: z.array(accountPresenceSchema),
});
/** The schema of {@link PresencePush}. */
export const presencePushSchema: z.ZodType<PresencePush> = z.object({
  type: z.literal('presence'),
  ...accountPresenceShape,
});
