import type { OwnUserIdentity, SignatureUploadRequest, UserId } from '@matrix-org/matrix-sdk-crypto-wasm';
import { errorData, NatterError, type JsonObject } from '@natter/core/model';
import type { DeviceEncryption } from '../device-encryption.ts';
import type { SecretStorage, StorageKey } from './secret-storage.ts';

/** The names of the private keys in secret storage. */
const SECRETS = {
  master: 'm.cross_signing.master',
  self: 'm.cross_signing.self_signing',
  user: 'm.cross_signing.user_signing',
};

/** How this device stands to the identity of its user. */
export type DeviceStanding =
  /** The account has no identity yet. */
  | 'no-identity'
  /** This device is signed by the identity, and knows that it is the user's own. */
  | 'verified'
  /** Another device, or the recovery key, has to vouch for this one. */
  | 'unverified';

/** Cross-signing: one identity for a user, which vouches for the user's devices (Matrix 1.16, section "Cross-signing"). */
export class CrossSigning {
  readonly #encryption: DeviceEncryption;

  constructor(encryption: DeviceEncryption) {
    this.#encryption = encryption;
  }

  /** Asks the server what it knows of us, and says how this device stands. */
  async standing(): Promise<DeviceStanding> {
    const { machine, outgoing } = this.#encryption;
    await outgoing.send(machine.queryKeysForUsers([this.#self()]));
    return this.lastStanding();
  }

  /** How this device stands by what the server has told last. */
  async lastStanding(): Promise<DeviceStanding> {
    const { machine } = this.#encryption;
    const identity = await this.#identity();
    if (identity === null) return 'no-identity';
    const device = await machine.getDevice(this.#self(), machine.deviceId);
    return identity.isVerified() && device?.isCrossSignedByOwner() === true ? 'verified' : 'unverified';
  }

  /**
   * Makes an identity for the account. Servers ask for the password where there is one already.
   * @throws NatterError `authentication` when it needs a password that is not given, or another
   */
  async create(password: string | null, reset = false): Promise<void> {
    const { machine, keys, outgoing } = this.#encryption;
    const requests = await keys.together(() => machine.bootstrapCrossSigning(reset));
    if (requests.uploadKeysRequest !== undefined) await outgoing.send(requests.uploadKeysRequest as never);
    const body = JSON.parse(requests.uploadSigningKeysRequest.body) as JsonObject;
    await this.#upload(body, null).catch((error: unknown) => {
      if (statusOf(error) !== 401) throw error;
      if (password === null) throw passwordNeeded();
      return this.#upload(body, password).catch((refused: unknown) => {
        throw statusOf(refused) === 401 ? passwordNeeded() : refused;
      });
    });
    await outgoing.send(requests.uploadSignaturesRequest);
    await outgoing.flush();
  }

  /** Takes the private keys out of secret storage and signs this device with them. False when they are not there. */
  async restore(storage: SecretStorage, key: StorageKey): Promise<boolean> {
    const [master, self, user] = await Promise.all(
      Object.values(SECRETS).map((name) => storage.read(name, key)),
    );
    if (!master || !self || !user) return false;
    const { machine, keys, outgoing } = this.#encryption;
    await outgoing.send(machine.queryKeysForUsers([this.#self()]));
    const status = await keys.together(() => machine.importCrossSigningKeys(master, self, user));
    if (!status.hasSelfSigning) return false;
    await this.signDevice();
    return true;
  }

  /** Vouches for this device and for the identity with what it has of the private keys. */
  async signDevice(): Promise<void> {
    const { machine, outgoing } = this.#encryption;
    const identity = await this.#identity();
    if (identity !== null && !identity.isVerified()) await this.#sign(identity.verify());
    const device = await machine.getDevice(this.#self(), machine.deviceId);
    if (device !== undefined) await this.#sign(device.verify());
    await outgoing.flush();
  }

  /** Puts the private keys into secret storage. False when this device has not got them. */
  async store(storage: SecretStorage, key: StorageKey): Promise<boolean> {
    const exported = await this.#encryption.machine.exportCrossSigningKeys();
    const { masterKey: master, self_signing_key: self, userSigningKey: user } = exported ?? {};
    if (!master || !self || !user) return false;
    await storage.write(SECRETS.master, master, key);
    await storage.write(SECRETS.self, self, key);
    await storage.write(SECRETS.user, user, key);
    return true;
  }

  async #identity(): Promise<OwnUserIdentity | null> {
    const { machine, module } = this.#encryption;
    const identity = await machine.getIdentity(this.#self());
    return identity instanceof module.OwnUserIdentity ? identity : null;
  }

  async #sign(request: Promise<SignatureUploadRequest>): Promise<void> {
    await this.#encryption.outgoing.send(await request);
  }

  /** Matrix 1.16, section "User-interactive authentication": the password may be asked for. */
  async #upload(body: JsonObject, password: string | null): Promise<void> {
    const user = this.#encryption.machine.userId.toString();
    const auth = { type: 'm.login.password', identifier: { type: 'm.id.user', user }, password };
    const path = ['client', 'v3', 'keys', 'device_signing', 'upload'];
    await this.#encryption.outgoing.call({
      method: 'POST',
      path,
      body: password === null ? body : { ...body, auth },
    });
  }

  /** The module takes ids away when it is given them in lists. */
  #self(): UserId {
    return this.#encryption.machine.userId.clone();
  }
}

function statusOf(error: unknown): unknown {
  return error instanceof Error && 'status' in error ? error.status : undefined;
}

function passwordNeeded(): NatterError {
  return new NatterError(
    errorData('authentication', 'the server wants the password of the account for this', {
      scope: 'account',
      userAction: 'sign-in',
    }),
  );
}
