import { errorData, NatterError } from '@natter/core/model';
import type { DeviceEncryption } from './device-encryption.ts';

/** Closes a device whose keys were lost, and rejects with NatterError `secret`; lets the others be. */
export async function closeIfLost(device: DeviceEncryption): Promise<void> {
  try {
    if (await device.isReplaced()) throw lost(device.machine.deviceId.toString());
  } catch (error) {
    await device.close();
    throw error;
  }
}

function lost(deviceId: string): NatterError {
  return new NatterError(
    errorData(
      'secret',
      `the encryption keys of this device (${deviceId}) are lost. Sign in again, which makes a new device, and verify it or enter your recovery key to read older encrypted messages; the history that natter has stored stays readable`,
      { scope: 'account', userAction: 'sign-in' },
    ),
  );
}
