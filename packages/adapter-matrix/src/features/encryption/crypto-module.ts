import { errorData, NatterError } from '@natter/core/model';
import type * as Module from '@matrix-org/matrix-sdk-crypto-wasm';
import type { DeviceKeys } from './key-storage.ts';

/** The crypto module: Olm and Megolm in Rust. */
export type CryptoModule = typeof Module;
/** What it keeps of one device, and does with it. */
export type Machine = Module.OlmMachine;

/** Loads the module (8 MB), which is not wanted before there is a Matrix account. */
export async function loadCryptoModule(): Promise<CryptoModule> {
  const module = await import('@matrix-org/matrix-sdk-crypto-wasm');
  await module.initAsync();
  return module;
}

/** Whose machine it is, and what protects its keys. */
export interface MachineParts {
  readonly userId: string;
  readonly deviceId: string;
  readonly keys: DeviceKeys;
  /** 32 bytes from the user's secrets that encrypt what is in the store. */
  readonly storeKey: Uint8Array;
}

/**
 * Opens the machine of a device with its keys, which are made when the store is new.
 * @throws NatterError `secret` when the store was made with another key, `storage` when it is another device's
 */
export async function openMachine(module: CryptoModule, parts: MachineParts): Promise<Machine> {
  const { keys, storeKey, userId, deviceId } = parts;
  const handle = await module.StoreHandle.openWithKey(keys.prefix, storeKey, silent).catch(
    async (error: unknown) => {
      await keys.barrier(); // a storage failure says more than what became of it
      throw wrongKey(error);
    },
  );
  try {
    const user = new module.UserId(userId);
    const machine = await module.OlmMachine.initFromStore(
      user,
      new module.DeviceId(deviceId),
      handle,
      silent,
    );
    // Other devices are not asked for keys: the answer would prove nothing, and a backup serves the same end.
    machine.roomKeyRequestsEnabled = false;
    return machine;
  } catch (error) {
    await keys.barrier();
    throw otherDevice(userId, deviceId, error);
  } finally {
    handle.free();
  }
}

/** The module logs much, and nothing that a user could do anything about: what matters comes back as an error. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };

function wrongKey(cause: unknown): NatterError {
  return new NatterError(
    errorData(
      'secret',
      'the secret that protects the encryption keys of this device does not fit them. Nothing was changed. Restore your secrets from a backup, or sign in again, which makes a new device; the history that natter has stored stays readable',
      { scope: 'account', userAction: 'sign-in', condition: { said: textOf(cause) } },
    ),
  );
}

function otherDevice(userId: string, deviceId: string, cause: unknown): NatterError {
  return new NatterError(
    errorData('storage', `the encryption keys cannot be used as those of ${userId}, device ${deviceId}`, {
      scope: 'account',
      userAction: 'sign-in',
      condition: { said: textOf(cause) },
    }),
  );
}

/** What the module threw, in words. */
export function textOf(caught: unknown): string {
  return (caught instanceof Error ? caught.message : String(caught)).replace(/\s+/g, ' ').slice(0, 500);
}
