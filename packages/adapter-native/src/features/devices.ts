import type { DeviceListing } from '@natter/core';
import type { Context } from './context.ts';

/** The devices that are signed in to our account. Rejects with a RequestError. */
export async function devices(
  { connection }: Context,
  signal: AbortSignal,
): Promise<readonly DeviceListing[]> {
  const found = await connection.request('devices', (id) => ({ type: 'devices', id }), signal);
  return found.devices.map(({ device, name, createdAt, seenAt, connected, current }) => ({
    id: device,
    name: name === '' ? null : name,
    current,
    connected,
    createdAt,
    seenAt,
  }));
}

/** Signs another device out. Rejects with a RequestError. */
export async function revokeDevice(
  { connection }: Context,
  device: string,
  signal: AbortSignal,
): Promise<null> {
  await connection.request('device-remove', (id) => ({ type: 'device-remove', id, device }), signal);
  return null;
}
