import type { JsonObject } from '@natter/core/model';
import { DeviceEncryption, type RoomKeyName } from '../../src/features/encryption/device-encryption.ts';
import type { KeyApi, KeyCall } from '../../src/features/encryption/key-api.ts';
import { nodeKeyStorage } from '../../src/features/encryption/node-key-storage.ts';
import type { SharingPolicy } from '../../src/features/encryption/room-encryptor.ts';
import { readSyncKeys } from '../../src/features/encryption/sync-keys.ts';

/** A signed-in device: what an adapter's session is to encryption, with as little around it as can be. */
export interface SignedIn {
  readonly userId: string;
  readonly deviceId: string;
  readonly api: KeyApi;
}

/** Signs in a new device with a password. */
export async function signIn(server: string, name: string, password: string): Promise<SignedIn> {
  const answer = await request(server, null, {
    method: 'POST',
    path: ['client', 'v3', 'login'],
    body: { type: 'm.login.password', identifier: { type: 'm.id.user', user: name }, password },
  });
  const token = textOf(answer['access_token']);
  return {
    userId: textOf(answer['user_id']),
    deviceId: textOf(answer['device_id']),
    api: { call: (call) => request(server, token, call) },
  };
}

async function request(
  server: string,
  token: string | null,
  { method, path, query, body }: KeyCall,
): Promise<JsonObject> {
  const url = new URL(`${server}/_matrix/${path.map(encodeURIComponent).join('/')}`);
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
  const answer = await fetch(url, {
    method,
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const said = (await answer.json()) as JsonObject;
  if (!answer.ok) {
    const { errcode } = said;
    const message = `${method} ${url.pathname}: ${answer.status} ${JSON.stringify(said)}`;
    throw Object.assign(new Error(message), { errcode, status: answer.status });
  }
  return said;
}

/** An encrypted event of a timeline as it came. */
export interface Received {
  readonly room: string;
  readonly event: JsonObject;
}

/** A device with its keys, and a sync that goes one step at a time. */
export class Device {
  readonly encryption: DeviceEncryption;
  readonly received: Received[] = [];
  readonly roomKeys: RoomKeyName[] = [];
  readonly #account: SignedIn;
  #since: string | null = null;
  #transactions = 0;
  #closed = false;

  private constructor(account: SignedIn, encryption: DeviceEncryption, roomKeys: RoomKeyName[]) {
    this.#account = account;
    this.encryption = encryption;
    this.roomKeys = roomKeys;
  }

  static async open(
    account: SignedIn,
    folder: string,
    policy: SharingPolicy = 'all',
    key = 7,
  ): Promise<Device> {
    const roomKeys: RoomKeyName[] = [];
    const encryption = await DeviceEncryption.open({
      storage: nodeKeyStorage(folder),
      device: { account: account.userId, deviceId: account.deviceId },
      userId: account.userId,
      storeKey: new Uint8Array(32).fill(key),
      api: account.api,
      policy,
      failed(error) {
        throw error;
      },
      roomKey: (name) => roomKeys.push(name),
      secret: () => {},
      say: () => Promise.reject(new Error('nothing is said in rooms here')),
    });
    const device = new Device(account, encryption, roomKeys);
    await device.encryption.flush();
    return device;
  }

  get userId(): string {
    return this.#account.userId;
  }

  get deviceId(): string {
    return this.#account.deviceId;
  }

  get api(): KeyApi {
    return this.#account.api;
  }

  /** One sync, with everything that follows from it. */
  async sync(): Promise<void> {
    const answer = await this.api.call({
      method: 'GET',
      path: ['client', 'v3', 'sync'],
      query: { timeout: '0', ...(this.#since === null ? {} : { since: this.#since }) },
    });
    await this.encryption.receive(readSyncKeys(answer));
    const rooms = ((answer['rooms'] as JsonObject | undefined)?.['join'] ?? {}) as Record<string, JsonObject>;
    for (const [room, joined] of Object.entries(rooms)) {
      const events = [joined['state'], joined['timeline']].flatMap(
        (part) => ((part as JsonObject)['events'] ?? []) as JsonObject[],
      );
      for (const event of events) {
        if (event['type'] === 'm.room.encryption')
          await this.encryption.setRoom(room, event['content'] as JsonObject);
        if (event['type'] === 'm.room.encrypted') this.received.push({ room, event });
      }
    }
    this.#since = textOf(answer['next_batch']);
    await this.encryption.flush();
  }

  /** Sends a text, encrypted for the members. */
  async say(room: string, text: string): Promise<void> {
    const members = await this.api.call({
      method: 'GET',
      path: ['client', 'v3', 'rooms', room, 'joined_members'],
    });
    const content = await this.encryption.encrypt({
      room,
      type: 'm.room.message',
      content: { msgtype: 'm.text', body: text },
      recipients: Object.keys(members['joined'] as JsonObject),
      visibility: 'shared',
    });
    this.#transactions += 1;
    await this.encryption.outgoing.call({
      method: 'PUT',
      path: [
        'client',
        'v3',
        'rooms',
        room,
        'send',
        'm.room.encrypted',
        `t${Date.now()}-${this.#transactions}`,
      ],
      body: content,
    });
  }

  /** What was said in all the rooms, oldest first; what cannot be decrypted as its reason in brackets. */
  async texts(): Promise<string[]> {
    const texts: string[] = [];
    for (const { room, event } of this.received) {
      const decryption = await this.encryption.decrypt(room, event);
      texts.push(
        'event' in decryption
          ? textOf((decryption.event['content'] as JsonObject)['body'])
          : `[${decryption.reason}]`,
      );
    }
    return texts;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.encryption.close();
  }
}

/** A room with encryption, made by the first and joined by the others. */
export async function encryptedRoom(first: SignedIn, ...others: SignedIn[]): Promise<string> {
  const { room_id: room } = await first.api.call({
    method: 'POST',
    path: ['client', 'v3', 'createRoom'],
    body: {
      preset: 'private_chat',
      invite: others.map(({ userId }) => userId),
      initial_state: [
        { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } },
      ],
    },
  });
  for (const other of others) {
    await other.api.call({ method: 'POST', path: ['client', 'v3', 'join', textOf(room)], body: {} });
  }
  return textOf(room);
}

/** A text of an answer. */
export function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`${JSON.stringify(value)} is no text`);
  return value;
}
