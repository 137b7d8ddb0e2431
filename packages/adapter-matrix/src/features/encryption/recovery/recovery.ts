import { errorData, NatterError } from '@natter/core/model';
import type { DeviceEncryption } from '../device-encryption.ts';
import { CrossSigning } from './cross-signing.ts';
import { KeyBackup } from './key-backup.ts';
import { writeRecoveryKey } from './recovery-key.ts';
import { newPassphraseKey, SecretStorage } from './secret-storage.ts';

/** What a recovery brought back. */
export interface Recovered {
  /** Whether this device is verified now. */
  readonly verified: boolean;
  /** How many room keys came from the backup; null when there was none to be opened. */
  readonly keys: number | null;
}

/** How a recovery key is made. */
export interface NewRecovery {
  /** From which the key can be made again; null for a key that is only written down. */
  readonly passphrase: string | null;
  /** Of the account, where the server wants it for a new identity. */
  readonly password?: string | null;
  /** Makes a new identity, though the account has one. */
  readonly reset?: boolean;
}

/** Getting at everything encrypted with a recovery key, when no other device is at hand; and making such a key. */
export class Recovery {
  readonly crossSigning: CrossSigning;
  readonly backup: KeyBackup;
  readonly storage: SecretStorage;

  constructor(encryption: DeviceEncryption) {
    this.crossSigning = new CrossSigning(encryption);
    this.backup = new KeyBackup(encryption);
    const userId = encryption.machine.userId.toString();
    this.storage = new SecretStorage(userId, (call) => encryption.outgoing.call(call));
  }

  /** Whether the account has a recovery key. */
  async exists(): Promise<boolean> {
    return (await this.storage.current()) !== null;
  }

  /**
   * Makes a recovery key, and with it a backup of the room keys. Gives the key as it is written down.
   * @throws NatterError `forbidden` when this device has not got the account's private keys, and so cannot store them;
   * `authentication` when the server wants the password for a new identity
   */
  async create({ passphrase, password = null, reset = false }: NewRecovery): Promise<string> {
    const standing = await this.crossSigning.standing();
    if (standing === 'no-identity' || reset) await this.crossSigning.create(password, reset);
    else if (standing === 'unverified') throw unverified();
    const made =
      passphrase === null
        ? { bytes: crypto.getRandomValues(new Uint8Array(32)), how: undefined }
        : await newPassphraseKey(passphrase);
    const key = await this.storage.create(made.bytes, made.how);
    if (!(await this.crossSigning.store(this.storage, key))) throw unverified();
    await this.backup.create(this.storage, key);
    return writeRecoveryKey(key.bytes);
  }

  /**
   * Takes up everything that the recovery key or passphrase opens.
   * @throws NatterError `authentication` when it is another, `not-found` when the account has none
   */
  async restore(typed: string): Promise<Recovered> {
    const description = await this.storage.current();
    if (description === null) throw none();
    const key = await this.storage.unlock(description, typed);
    const verified = await this.crossSigning.restore(this.storage, key);
    return { verified, keys: await this.backup.restore(this.storage, key) };
  }
}

function unverified(): NatterError {
  return new NatterError(
    errorData('forbidden', 'this device is not verified: verify it with another device of yours first', {
      scope: 'account',
      userAction: 'choose',
    }),
  );
}

function none(): NatterError {
  return new NatterError(
    errorData('not-found', 'this account has no recovery key: verify this device with another one', {
      scope: 'account',
    }),
  );
}
