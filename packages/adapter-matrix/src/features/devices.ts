import type { DeviceListing } from '@natter/core';
import { errorData, NatterError } from '@natter/core/model';
import type { Runtime } from '../runtime.ts';
import { get, getList, getNumber, getText, isMap } from '../wire/json.ts';
import { attempt } from './interactive-calls.ts';

/** More devices than anybody has. */
const MOST_DEVICES = 1000;
const LAST_MOMENT = 8.64e15;

/** The devices of the account (Matrix 1.18, section "Device Management"). Servers tell of none whether it is connected. */
export async function devices({ api }: Runtime, signal: AbortSignal): Promise<readonly DeviceListing[]> {
  const answer = await api.call({ method: 'GET', path: ['client', 'v3', 'devices'], signal });
  const told = getList(answer, 'devices').filter(isMap).slice(0, MOST_DEVICES);
  return told.flatMap((device): DeviceListing[] => {
    const id = getText(device, 'device_id');
    if (id === undefined || id === '') return [];
    const current = id === api.deviceId;
    const name = get(device, 'display_name');
    const seen = getNumber(device, 'last_seen_ts');
    return [
      {
        id,
        name: typeof name === 'string' && name !== '' ? name.slice(0, 200).toWellFormed() : null,
        current,
        connected: current,
        createdAt: null,
        seenAt: seen !== undefined && seen >= 0 && seen <= LAST_MOMENT ? Math.trunc(seen) : null,
      },
    ];
  });
}

/**
 * Signs another device out. Most servers want the password for it, and this rejects with NatterError `authentication` then:
 * the interaction asks for it. Rejects with WireError for the rest.
 */
export async function revokeDevice(runtime: Runtime, device: string, signal: AbortSignal): Promise<null> {
  // Servers take out what they have not got, and say nothing.
  const known = await devices(runtime, signal);
  if (!known.some(({ id }) => id === device))
    throw new NatterError(errorData('not-found', 'the account has no such device', { scope: 'account' }));
  const call = { method: 'DELETE', path: ['client', 'v3', 'devices', device], body: {} } as const;
  const attempted = await attempt(runtime, call, null, signal);
  if (attempted.done) return null;
  throw new NatterError(
    errorData('authentication', 'the server wants the password of the account for this', {
      scope: 'account',
      userAction: 'sign-in',
      condition: { interaction: 'revoke-device' },
    }),
  );
}
