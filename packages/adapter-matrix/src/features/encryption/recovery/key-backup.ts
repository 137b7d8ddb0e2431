import type { BackupDecryptionKey, RoomId } from '@matrix-org/matrix-sdk-crypto-wasm';
import type { Json, JsonObject } from '@natter/core/model';
import type { DeviceEncryption, RoomKeyName } from '../device-encryption.ts';
import type { SecretStorage, StorageKey } from './secret-storage.ts';

const ALGORITHM = 'm.megolm_backup.v1.curve25519-aes-sha2';
/** The name of the backup's key in secret storage. */
const SECRET = 'm.megolm_backup.v1';
/** How many keys are imported at once. */
const BATCH = 200;

/** The backup that the server has. */
interface BackupVersion {
  readonly version: string;
  readonly publicKey: string;
}

/** Room keys on the server under a key of the user (Matrix 1.16, section "Server-side key backups"). */
export class KeyBackup {
  readonly #encryption: DeviceEncryption;

  constructor(encryption: DeviceEncryption) {
    this.#encryption = encryption;
  }

  /** Makes a new backup, and puts its key into secret storage. */
  async create(storage: SecretStorage, key: StorageKey): Promise<void> {
    const { machine, module, outgoing } = this.#encryption;
    const secret = module.BackupDecryptionKey.createRandomKey();
    const unsigned = { public_key: secret.megolmV1PublicKey.publicKeyBase64 };
    const signatures = JSON.parse((await machine.sign(JSON.stringify(unsigned))).asJSON()) as JsonObject;
    await storage.write(SECRET, secret.toBase64(), key);
    const { version } = await outgoing.call({
      method: 'POST',
      path: ['client', 'v3', 'room_keys', 'version'],
      body: { algorithm: ALGORITHM, auth_data: { ...unsigned, signatures } },
    });
    if (typeof version !== 'string') throw new TypeError('the server made no backup');
    // What an earlier backup has got, this one has not.
    await machine.disableBackup();
    await this.#enable(secret, version);
    await this.upload();
  }

  /**
   * Takes up the backup of the account with the key from secret storage and imports what it holds. Gives how many keys
   * came; null when there is no backup that this key opens.
   */
  async restore(storage: SecretStorage, key: StorageKey): Promise<number | null> {
    const stored = await storage.read(SECRET, key);
    const current = await this.#current();
    if (stored === null || current === null) return null;
    const secret = this.#decryptionKey(stored);
    if (secret === null || secret.megolmV1PublicKey.publicKeyBase64 !== current.publicKey) return null;
    await this.#enable(secret, current.version);
    return this.#download(secret, current.version);
  }

  /** Takes up the backup with the key that another device gave us. Gives whether it did. */
  async adopt(secretBase64: string): Promise<boolean> {
    const current = await this.#current();
    const secret = this.#decryptionKey(secretBase64);
    if (current === null || secret?.megolmV1PublicKey.publicKeyBase64 !== current.publicKey) return false;
    await this.#enable(secret, current.version);
    await this.#download(secret, current.version);
    return true;
  }

  /**
   * Goes on with the backup that this device has the key of. One that the server has not got any more, or whose place
   * another has taken, is given up.
   */
  async resume(): Promise<'none' | 'on' | 'gone'> {
    const { machine } = this.#encryption;
    const { decryptionKeyBase64: known, backupVersion } = await machine.getBackupKeys();
    if (known === undefined) return 'none';
    const current = await this.#current();
    const secret = this.#decryptionKey(known);
    if (current === null || secret?.megolmV1PublicKey.publicKeyBase64 !== current.publicKey) {
      await machine.disableBackup();
      return 'gone';
    }
    if (backupVersion !== current.version || !(await machine.isBackupEnabled()))
      await this.#enable(secret, current.version);
    return 'on';
  }

  /** Sends keys that the backup has not got. Gives whether there is still a backup, if there was one. */
  async upload(): Promise<boolean> {
    const { machine, outgoing } = this.#encryption;
    for (let renewed = false; await machine.isBackupEnabled();) {
      const request = await machine.backupRoomKeys();
      if (request === undefined) break;
      try {
        await outgoing.send(request);
      } catch (error) {
        if (renewed || !isGone(error)) throw error;
        renewed = true;
        if ((await this.resume()) === 'gone') return false;
      }
    }
    return true;
  }

  /** Looks for one key in the backup, and imports it. Gives whether it was there. */
  async fetch({ room, session }: RoomKeyName): Promise<boolean> {
    const { machine, outgoing } = this.#encryption;
    const { decryptionKeyBase64: known, backupVersion: version } = await machine.getBackupKeys();
    const secret = known === undefined ? null : this.#decryptionKey(known);
    if (secret === null || version === undefined) return false;
    const path = ['client', 'v3', 'room_keys', 'keys', room, session];
    try {
      const found = await outgoing.call({ method: 'GET', path, query: { version } });
      return (await this.#import(secret, { [room]: { sessions: { [session]: found } } }, version)) > 0;
    } catch (error) {
      if (isGone(error)) return false;
      throw error;
    }
  }

  async #enable(secret: BackupDecryptionKey, version: string): Promise<void> {
    const { machine, module, keys } = this.#encryption;
    const { publicKeyBase64 } = secret.megolmV1PublicKey;
    const copy = module.BackupDecryptionKey.fromBase64(secret.toBase64());
    await keys.together(async () => {
      await machine.saveBackupDecryptionKey(copy, version);
      await machine.enableBackupV1(publicKeyBase64, version);
    });
  }

  async #current(): Promise<BackupVersion | null> {
    try {
      const answer = await this.#encryption.outgoing.call({
        method: 'GET',
        path: ['client', 'v3', 'room_keys', 'version'],
      });
      const { version, algorithm, auth_data: data } = answer;
      const publicKey = isObject(data) ? data['public_key'] : undefined;
      if (algorithm !== ALGORITHM || typeof version !== 'string' || typeof publicKey !== 'string')
        return null;
      return { version, publicKey };
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  }

  async #download(secret: BackupDecryptionKey, version: string): Promise<number> {
    const { rooms } = await this.#encryption.outgoing.call({
      method: 'GET',
      path: ['client', 'v3', 'room_keys', 'keys'],
      query: { version },
    });
    return isObject(rooms) ? this.#import(secret, rooms, version) : 0;
  }

  async #import(secret: BackupDecryptionKey, rooms: JsonObject, version: string): Promise<number> {
    const { machine, keys } = this.#encryption;
    const found = [...this.#open(secret, rooms)];
    for (let at = 0; at < found.length; at += BATCH) {
      const batch = this.#byRoom(found.slice(at, at + BATCH));
      await keys.together(() => machine.importBackedUpRoomKeys(batch, () => {}, version));
    }
    return found.length;
  }

  /** The keys that can be opened; a damaged one is left out. */
  *#open(
    secret: BackupDecryptionKey,
    rooms: JsonObject,
  ): Iterable<[room: string, session: string, key: JsonObject]> {
    for (const [room, { sessions }] of Object.entries(rooms).filter(isObjectEntry)) {
      for (const [session, { session_data: data }] of Object.entries(
        isObject(sessions) ? sessions : {},
      ).filter(isObjectEntry)) {
        const { ephemeral, mac, ciphertext } = isObject(data) ? data : {};
        if (typeof ephemeral !== 'string' || typeof mac !== 'string' || typeof ciphertext !== 'string')
          continue;
        try {
          const key = JSON.parse(secret.decryptV1(ephemeral, mac, ciphertext)) as JsonObject;
          yield [room, session, { ...key, room_id: room, session_id: session }];
        } catch {
          continue; // not of this key, or spoilt: the others are worth having
        }
      }
    }
  }

  #byRoom(keys: readonly [string, string, JsonObject][]): Map<RoomId, Map<string, JsonObject>> {
    const { RoomId } = this.#encryption.module;
    const grouped = Map.groupBy(keys, ([room]) => room);
    return new Map(
      [...grouped].map(([room, of]) => [
        new RoomId(room),
        new Map(of.map(([, session, key]) => [session, key])),
      ]),
    );
  }

  #decryptionKey(text: string): BackupDecryptionKey | null {
    try {
      return this.#encryption.module.BackupDecryptionKey.fromBase64(text);
    } catch {
      return null;
    }
  }
}

const GONE = new Set(['M_WRONG_ROOM_KEYS_VERSION', 'M_NOT_FOUND']);

/** Whether the server says that it has no such backup, or key. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && GONE.has(String(error.errcode));
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isObjectEntry(entry: [string, Json | undefined]): entry is [string, JsonObject] {
  return isObject(entry[1]);
}
