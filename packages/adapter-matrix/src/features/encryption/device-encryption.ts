import type { UserId } from '@matrix-org/matrix-sdk-crypto-wasm';
import type { JsonObject, NatterError } from '@natter/core/model';
import { loadCryptoModule, openMachine, type CryptoModule, type Machine } from './crypto-module.ts';
import { decryptEvent, type Decryption } from './decryption.ts';
import { getMap, getText } from '../../wire/json.ts';
import type { KeyApi } from './key-api.ts';
import type { DeviceKeys, DeviceName, KeyStorage } from './key-storage.ts';
import { OutgoingRequests, type RoomMessage } from './outgoing-requests.ts';
import { RoomEncryptor, type Encryptable, type SharingPolicy } from './room-encryptor.ts';
import type { SyncKeys } from './sync-keys.ts';

/** The only algorithm that rooms use (Matrix 1.16, section "m.megolm.v1.aes-sha2"). */
export const MEGOLM = 'm.megolm.v1.aes-sha2';

/** With what the encryption of one signed-in device is opened. */
export interface EncryptionParts {
  readonly storage: KeyStorage;
  readonly device: DeviceName;
  readonly userId: string;
  /** 32 bytes from the user's secrets. */
  readonly storeKey: Uint8Array;
  readonly api: KeyApi;
  readonly policy: SharingPolicy;
  /** Called once when keys could not be stored: end the run, and start again from what is stored. */
  failed(error: NatterError): void;
  /** A room key came: what it opens can be decrypted now. Called after the key is durable. */
  roomKey(key: RoomKeyName): void;
  /** Another device of ours has given us a secret: it is in the machine's inbox under this name. */
  secret(name: string): void;
  /** See {@link OutgoingParts.say}. */
  say(message: RoomMessage): Promise<string>;
}

/** Which key. */
export interface RoomKeyName {
  readonly room: string;
  readonly session: string;
}

/** End-to-end encryption of one signed-in device, for one run of its session. */
export class DeviceEncryption {
  readonly module: CryptoModule;
  readonly machine: Machine;
  readonly outgoing: OutgoingRequests;
  readonly keys: DeviceKeys;
  readonly #rooms: RoomEncryptor;
  #arrived: RoomKeyName[] = [];

  private constructor(module: CryptoModule, machine: Machine, keys: DeviceKeys, parts: EncryptionParts) {
    this.module = module;
    this.machine = machine;
    this.keys = keys;
    this.outgoing = new OutgoingRequests({
      module,
      machine,
      keys,
      api: parts.api,
      say: (message) => parts.say(message),
    });
    const { outgoing } = this;
    this.#rooms = new RoomEncryptor({ module, machine, keys, outgoing, policy: parts.policy });
    machine.registerRoomKeyUpdatedCallback(async (infos) => {
      const arrived = infos.map((info) => ({ room: info.roomId.toString(), session: info.sessionId }));
      this.#arrived.push(...arrived);
      await keys.barrier().catch(() => {}); // reported where it failed
      for (const key of this.#arrived.splice(0)) parts.roomKey(key);
    });
    machine.registerReceiveSecretCallback(async (name) => parts.secret(name));
  }

  /** Opens the keys of the device. Rejects with NatterError `storage` or `secret`. */
  static async open(parts: EncryptionParts): Promise<DeviceEncryption> {
    const module = await loadCryptoModule();
    const keys = await parts.storage.open(parts.device, (error) => parts.failed(error));
    try {
      const { userId, storeKey } = parts;
      const { deviceId } = parts.device;
      const machine = await openMachine(module, { userId, deviceId, keys, storeKey });
      return new DeviceEncryption(module, machine, keys, parts);
    } catch (error) {
      await keys.close();
      throw error;
    }
  }

  /** The public half of the key that signs for this device: what a person may compare. */
  get fingerprint(): string {
    return this.machine.identityKeys.ed25519.toBase64();
  }

  /**
   * Whether the server knows this device by other keys: those that are here are new, as the old ones were lost. Others
   * would warn of a device that changes its keys, and rightly.
   */
  async isReplaced(): Promise<boolean> {
    const { machine, outgoing } = this;
    const uploads = (await machine.outgoingRequests()).filter(
      ({ type, body }) => type === this.module.RequestType.KeysUpload && body.includes('"device_keys"'),
    );
    if (uploads.length === 0) return false; // they are on the server
    const [user, device] = [machine.userId.toString(), machine.deviceId.toString()];
    const path = ['client', 'v3', 'keys', 'query'];
    const answer = await outgoing.call({ method: 'POST', path, body: { device_keys: { [user]: [device] } } });
    const devices = getMap(getMap(answer, 'device_keys'), user);
    const known = getText(getMap(getMap(devices, device), 'keys'), `ed25519:${device}`);
    return known !== undefined && known !== this.fingerprint;
  }

  /**
   * Takes what a sync brought. All of it is durable when this resolves, so that the sync's token may be stored. Gives what
   * was sent to this device, as it is without encryption.
   */
  async receive(sync: SyncKeys): Promise<readonly JsonObject[]> {
    const { module, machine } = this;
    const lists = new module.DeviceLists(this.#users(sync.changed), this.#users(sync.left));
    const unused = sync.unusedFallback === undefined ? undefined : new Set(sync.unusedFallback);
    const toDevice = JSON.stringify(sync.toDevice);
    const counts = new Map(sync.counts);
    const processed = await this.keys.together(() =>
      machine.receiveSyncChanges(toDevice, lists, counts, unused),
    );
    return processed.map(({ rawEvent }) => JSON.parse(rawEvent) as JsonObject);
  }

  /** Sends what the machine has to say. */
  flush(): Promise<void> {
    return this.outgoing.flush();
  }

  /**
   * Takes the content of a room's `m.room.encryption`. What was stricter stays: neither a server nor a member makes us
   * talk in the clear where we did not before.
   */
  async setRoom(room: string, content: JsonObject): Promise<void> {
    const { module, machine } = this;
    if (content['algorithm'] !== MEGOLM || (await this.isEncrypted(room))) return;
    const settings = new module.RoomSettings();
    settings.algorithm = module.EncryptionAlgorithm.MegolmV1AesSha2;
    settings.sessionRotationPeriodMs = wholeNumber(content['rotation_period_ms']);
    settings.sessionRotationPeriodMessages = wholeNumber(content['rotation_period_msgs']);
    await machine.setRoomSettings(new module.RoomId(room), settings);
  }

  /** Whether the room was ever told to be encrypted. */
  async isEncrypted(room: string): Promise<boolean> {
    const settings = await this.machine.getRoomSettings(new this.module.RoomId(room));
    return settings !== undefined;
  }

  /** The content of an `m.room.encrypted` event, see {@link RoomEncryptor.encrypt}. */
  encrypt(what: Encryptable): Promise<JsonObject> {
    return this.#rooms.encrypt(what);
  }

  /** Decrypts an event; never rejects for what it is. */
  decrypt(room: string, event: JsonObject): Promise<Decryption> {
    return decryptEvent(this.module, this.machine, room, event);
  }

  /** Lets go of the keys. */
  async close(): Promise<void> {
    await this.outgoing.said();
    this.machine.close();
    await this.keys.close();
  }

  #users(ids: readonly string[]): UserId[] {
    return ids.flatMap((id) => {
      try {
        return [new this.module.UserId(id)];
      } catch {
        return [];
      }
    });
  }
}

function wholeNumber(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : undefined;
}
