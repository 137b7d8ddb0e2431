import type { SessionHost } from '@natter/core';
import { errorData, NatterError, type JsonObject } from '@natter/core/model';
import type { AuthorizedApi } from '../../authorized-api.ts';
import type { Encryption, Healed, Remember } from '../../encryption.ts';
import { isUserId } from '../../mapping/keys.ts';
import { readEvents, type RoomEvent } from '../../mapping/room-event.ts';
import type { SyncAnswer } from '../../mapping/sync.ts';
import { WireError } from '../../wire/error.ts';
import { get, getList, getMap, getText, parseJson, type JsonMap } from '../../wire/json.ts';
import { DeviceEncryption, type RoomKeyName } from './device-encryption.ts';
import type { KeyStorage } from './key-storage.ts';
import type { Encryptable } from './room-encryptor.ts';
import { readSyncKeys } from './sync-keys.ts';

/** Events that wait for their key. */
const SEALED = 'sealed:';

/** With what the encryption of a run is opened. */
export interface SessionEncryptionParts {
  readonly storage: KeyStorage;
  readonly account: string;
  readonly storeKey: Uint8Array;
  readonly api: AuthorizedApi;
  readonly host: SessionHost;
  readonly ended: AbortSignal;
  /** The keys could not be stored: the run is over. */
  failed(error: NatterError): void;
}

type Audience = Pick<Encryptable, 'recipients' | 'visibility'>;

/** The encryption of one signed-in device, wired to its session. */
export class SessionEncryption implements Encryption {
  readonly #parts: SessionEncryptionParts;
  readonly #device: DeviceEncryption;
  readonly #audiences = new Map<string, Audience>();
  #healed: (events: readonly Healed[]) => Promise<void> = () => Promise.resolve();
  /** What goes on beside the synchronisation. */
  #work: Promise<unknown> = Promise.resolve();

  private constructor(parts: SessionEncryptionParts, device: DeviceEncryption) {
    this.#parts = parts;
    this.#device = device;
  }

  /** Opens the keys of the device, and tells the server those that it has not got. Rejects with NatterError. */
  static async open(parts: SessionEncryptionParts): Promise<SessionEncryption> {
    const { storage, account, storeKey, api, ended } = parts;
    const arrived: RoomKeyName[] = [];
    const take: { key(name: RoomKeyName): void } = { key: (name) => void arrived.push(name) };
    const device = await DeviceEncryption.open({
      storage,
      device: { account, deviceId: api.deviceId },
      userId: api.userId,
      storeKey,
      api: { call: (call) => api.call({ ...call, signal: ended }) },
      policy: 'all',
      failed: (error) => parts.failed(error),
      roomKey: (name) => take.key(name),
    });
    const session = new SessionEncryption(parts, device);
    take.key = (name) => session.#beside(() => session.#heal(name));
    for (const name of arrived) take.key(name);
    session.#beside(() => device.flush());
    return session;
  }

  async receive({ raw }: SyncAnswer): Promise<void> {
    await this.#device.receive(readSyncKeys(raw));
    this.#beside(() => this.#device.flush());
  }

  enable(room: string, content: JsonMap): Promise<void> {
    return this.#device.setRoom(room, content);
  }

  isEncrypted(room: string): Promise<boolean> {
    return this.#device.isEncrypted(room);
  }

  changed(room: string): void {
    this.#audiences.delete(room);
  }

  async open(room: string, event: RoomEvent, remember: Remember): Promise<RoomEvent> {
    const { id, content } = event;
    const session = getText(content, 'session_id');
    // Redacted: there is nothing to open.
    if (id === null || getText(content, 'ciphertext') === undefined) return event;
    const opened = await this.#open(room, event);
    if (!('reason' in opened)) return opened.event;
    if (opened.mayHeal && session !== undefined && session.length < 200)
      remember(`${SEALED}${room} ${session} ${id}`, JSON.stringify(rawOf(event)));
    return { ...event, trust: 'none', content: { ...content, 'natter.reason': opened.reason } };
  }

  async encrypt(room: string, type: string, content: JsonMap, signal: AbortSignal): Promise<JsonMap> {
    const audience = await this.#audience(room, signal);
    const sealed = await this.#device.encrypt({ room, type, content, ...audience });
    // Nothing leaves before what it was made of is on the disk.
    await this.#device.keys.barrier();
    const relation = getMap(content, 'm.relates_to');
    // Servers gather threads and edits by what is not encrypted (Matrix 1.16, section "Event relationships in encrypted rooms").
    return relation === undefined ? sealed : { ...sealed, 'm.relates_to': relation };
  }

  sealFile(bytes: Uint8Array): { bytes: Uint8Array; opens: JsonMap } {
    const sealed = this.#device.module.Attachment.encrypt(bytes);
    return { bytes: sealed.encryptedData, opens: parseJson(sealed.mediaEncryptionInfo ?? '{}', 10) };
  }

  openFile(bytes: Uint8Array, opens: JsonMap): Uint8Array {
    const { Attachment, EncryptedAttachment } = this.#device.module;
    try {
      return Attachment.decrypt(new EncryptedAttachment(bytes, JSON.stringify(opens)));
    } catch {
      const message = 'the file is not the one that was sent: it cannot be opened';
      throw new NatterError(errorData('protocol', message, { scope: 'transfer' }));
    }
  }

  listen(healed: (events: readonly Healed[]) => Promise<void>): void {
    this.#healed = healed;
  }

  async close(): Promise<void> {
    await this.#work;
    await this.#device.close();
  }

  async #open(
    room: string,
    event: RoomEvent,
  ): Promise<{ event: RoomEvent } | { reason: string; mayHeal: boolean }> {
    const decryption = await this.#device.decrypt(room, rawOf(event));
    if ('reason' in decryption) return decryption;
    const [opened] = readEvents([{ ...decryption.event, event_id: event.id, sender: event.sender }]);
    if (opened === undefined) return { reason: 'it says nothing that could be shown', mayHeal: false };
    const relation = getMap(event.content, 'm.relates_to');
    const content =
      relation === undefined || get(opened.content, 'm.relates_to') !== undefined
        ? opened.content
        : { ...opened.content, 'm.relates_to': relation };
    return { event: { ...event, type: opened.type, content, trust: decryption.trust } };
  }

  /** Opens what has waited for a key. */
  async #heal({ room, session }: RoomKeyName): Promise<void> {
    const waiting = await this.#parts.host.state(`${SEALED}${room} ${session} `);
    const healed: Healed[] = [];
    for (const [key, kept] of Object.entries(waiting)) {
      const [event] = readEvents([parseJson(kept, 100)]);
      const opened = event === undefined ? null : await this.#open(room, event);
      if (opened !== null && 'event' in opened) healed.push({ room, event: opened.event, key });
    }
    if (healed.length > 0 && !this.#parts.ended.aborted) await this.#healed(healed);
  }

  async #audience(room: string, signal: AbortSignal): Promise<Audience> {
    const known = this.#audiences.get(room);
    if (known !== undefined) return known;
    const { api } = this.#parts;
    const path = ['client', 'v3', 'rooms', room];
    const answer = await api.call({
      method: 'GET',
      path: [...path, 'members'],
      query: { not_membership: 'leave' },
      signal,
    });
    const told = await api
      .call({ method: 'GET', path: [...path, 'state', 'm.room.history_visibility'], signal })
      .catch(absent);
    const visibility = getText(told, 'history_visibility') ?? 'shared';
    const invited = visibility !== 'joined';
    const recipients = readEvents(getList(answer, 'chunk')).flatMap(({ stateKey, content }) => {
      const membership = get(content, 'membership');
      const reads = membership === 'join' || (invited && membership === 'invite');
      return reads && isUserId(stateKey) ? [stateKey] : [];
    });
    const audience = { recipients, visibility };
    this.#audiences.set(room, audience);
    return audience;
  }

  /** What need not be waited for; a key that is not sent now is sent with the next synchronisation. */
  #beside(work: () => Promise<void>): void {
    const { host, ended } = this.#parts;
    this.#work = this.#work.then(work).catch((error: unknown) => {
      if (ended.aborted) return;
      const message = error instanceof Error ? error.message : String(error);
      host.log('warn', 'matrix-keys-not-sent', { message: message.slice(0, 200) });
    });
  }
}

/** The event as the server sent it, as far as it is needed to open it. */
function rawOf({ id, type, sender, at, content }: RoomEvent): JsonObject {
  return { event_id: id, type, sender, origin_server_ts: at ?? 0, content };
}

function absent(error: unknown): JsonMap {
  if (error instanceof WireError && error.status === 404) return {};
  throw error;
}
