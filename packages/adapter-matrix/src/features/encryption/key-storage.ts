import type { NatterError } from '@natter/core/model';

/** The open keys of one device. */
export interface DeviceKeys {
  /** The beginning of the names under which the crypto module finds its databases. */
  readonly prefix: string;
  /** Resolves when all that was written before the call is durable; rejects once something could not be stored. */
  barrier(): Promise<void>;
  /** Makes all that is written while `run` works durable at once. */
  together<Result>(run: () => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** Where the surroundings (Node, a browser) keep the keys of devices. */
export interface KeyStorage {
  /**
   * Opens the keys of a device, which are made when there are none. `failed` is called once when something could not be
   * stored. Rejects with NatterError `storage`.
   */
  open(device: DeviceName, failed: (error: NatterError) => void): Promise<DeviceKeys>;
  /** Forgets the keys of a device that is gone. */
  remove(device: DeviceName): Promise<void>;
}

/** Whose keys. */
export interface DeviceName {
  readonly account: string;
  readonly deviceId: string;
}
