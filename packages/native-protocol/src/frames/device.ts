import { z } from 'zod';
import { deviceIdSchema, requestIdSchema, timeSchema } from './fields.ts';
import type { DeviceId, Time } from './fields.ts';

/** One signed-in device of the own account. */
export interface Device {
  readonly device: DeviceId;
  readonly name: string;
  readonly createdAt: Time;
  /** When it last signed in. */
  readonly seenAt: Time;
  /** It has a connection now. */
  readonly connected: boolean;
  /** It is the one that asks. */
  readonly current: boolean;
}

/** Lists the devices of the own account. */
export interface DevicesRequest {
  readonly type: 'devices';
  readonly id: number;
}
/** All devices of the own account. */
export interface Devices {
  readonly devices: readonly Device[];
}

/** Removes another device of the own account: its token is void and its connection is cut. */
export interface DeviceRemoveRequest {
  readonly type: 'device-remove';
  readonly id: number;
  readonly device: DeviceId;
}

/** The schema of {@link DevicesRequest}. */
export const devicesRequestSchema: z.ZodType<DevicesRequest> = z.object({
  type: z.literal('devices'),
  id: requestIdSchema,
});
/** The schema of {@link Devices}. */
export const devicesSchema: z.ZodType<Devices> = z.object({
  devices: z.array(
    z.object({
      device: deviceIdSchema,
      name: z.string(),
      createdAt: timeSchema,
      seenAt: timeSchema,
      connected: z.boolean(),
      current: z.boolean(),
    }),
  ),
});
/** The schema of {@link DeviceRemoveRequest}. */
export const deviceRemoveRequestSchema: z.ZodType<DeviceRemoveRequest> = z.object({
  type: z.literal('device-remove'),
  id: requestIdSchema,
  device: deviceIdSchema,
});
