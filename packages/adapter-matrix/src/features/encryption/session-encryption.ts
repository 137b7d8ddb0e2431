import type { Interaction, SessionHost } from '@natter/core';
import type { JsonObject, NatterError } from '@natter/core/model';
import type { AuthorizedApi } from '../../authorized-api.ts';
import type { Encryption, Healed, Remember, VerificationTarget } from '../../encryption.ts';
import { readEvents, type RoomEvent } from '../../mapping/room-event.ts';
import type { SyncAnswer } from '../../mapping/sync.ts';
import { WireError } from '../../wire/error.ts';
import { get, getMap, getText, type JsonMap } from '../../wire/json.ts';
import { Beside } from './beside.ts';
import { DeviceEncryption, type RoomKeyName } from './device-encryption.ts';
import { startedInteraction } from './interaction.ts';
import type { KeyStorage } from './key-storage.ts';
import { KeyUpkeep } from './key-upkeep.ts';
import { closeIfLost } from './lost-keys.ts';
import { RecoverySteps } from './recovery/recovery-steps.ts';
import { Recovery } from './recovery/recovery.ts';
import { RoomAudiences } from './room-audience.ts';
import type { RoomMessage } from './outgoing-requests.ts';
import type { StartDigest } from '../../wire/digest.ts';
import type { Encryptable, SharingPolicy } from './room-encryptor.ts';
import { openFile, sealFile, type OpeningFile, type SealingFile } from './sealed-file.ts';
import { readSyncKeys } from './sync-keys.ts';
import { Verifications } from './verification/verifications.ts';
import { rawOf, WaitingEvents } from './waiting-events.ts';

/** How long a message may take from being found unreadable to being stored (milliseconds), and how often it is looked for. */
const STORED_SOON = 2000;
const LOOKS = 5;

/** With what the encryption of a run is opened. */
export interface SessionEncryptionParts {
  readonly storage: KeyStorage;
  readonly account: string;
  readonly storeKey: Uint8Array;
  readonly api: AuthorizedApi;
  readonly host: SessionHost;
  readonly policy: SharingPolicy;
  readonly startDigest: StartDigest;
  readonly ended: AbortSignal;
  /** The keys could not be stored: the run is over. */
  failed(error: NatterError): void;
}

/** What the machine tells of by itself. */
interface Told {
  roomKey(key: RoomKeyName): void;
  secret(name: string): void;
  say(message: RoomMessage): Promise<string>;
}

/** The encryption of one signed-in device, wired to its session. */
export class SessionEncryption implements Encryption {
  readonly #parts: SessionEncryptionParts;
  readonly #device: DeviceEncryption;
  readonly #recovery: Recovery;
  readonly #upkeep: KeyUpkeep;
  readonly #verifications: Verifications;
  readonly #audiences: RoomAudiences;
  readonly #waiting: WaitingEvents;
  /** What goes on beside the synchronisation. */
  readonly #beside: Beside;
  /** Sessions whose key was missing in this run. */
  readonly #missed = new Set<string>();
  #healed: (events: readonly Healed[]) => Promise<void> = () => Promise.resolve();

  private constructor(parts: SessionEncryptionParts, device: DeviceEncryption) {
    const { host, ended, api } = parts;
    this.#parts = parts;
    this.#device = device;
    this.#beside = new Beside(host, ended);
    this.#recovery = new Recovery(device);
    this.#upkeep = new KeyUpkeep({ device, recovery: this.#recovery, host });
    this.#audiences = new RoomAudiences(api);
    this.#waiting = new WaitingEvents(host, (room, event) => this.#openAgain(room, event));
    this.#verifications = new Verifications({
      encryption: device,
      ended,
      beside: (work) => this.#beside.do(work),
      ask: (interaction) => this.#ask(interaction),
      verified: ({ userId }) => this.#verified(userId),
      say: (room, content) =>
        this.#say({ room, type: 'm.room.message', transaction: crypto.randomUUID(), content }),
    });
  }

  /** Opens the keys of the device, and tells the server those that it has not got. Rejects with NatterError. */
  static async open(parts: SessionEncryptionParts): Promise<SessionEncryption> {
    const { storage, account, storeKey, api, ended, policy } = parts;
    const early: ((session: Told) => void)[] = [];
    let told: Told | null = null;
    const tell = (what: (session: Told) => void): void => {
      if (told === null) early.push(what);
      else what(told);
    };
    const device = await DeviceEncryption.open({
      storage,
      device: { account, deviceId: api.deviceId },
      userId: api.userId,
      storeKey,
      api: { call: (call) => api.call({ ...call, signal: ended }) },
      policy,
      failed: (error) => parts.failed(error),
      roomKey: (name) => tell((session) => session.roomKey(name)),
      secret: (name) => tell((session) => session.secret(name)),
      say: async (message) => {
        if (told === null) throw new WireError('aborted', 'the session has not begun');
        return told.say(message);
      },
    });
    await closeIfLost(device);
    const session = new SessionEncryption(parts, device);
    told = session.#told();
    for (const what of early) what(told);
    return session;
  }

  #told(): Told {
    return {
      roomKey: (name) => this.#beside.do(() => this.#heal(name)),
      secret: (name) => this.#beside.do(() => this.#upkeep.secret(name)),
      say: (message) => this.#say(message),
    };
  }

  begin(): void {
    this.#beside.do(() => this.#device.flush());
    this.#beside.do(() => this.#upkeep.begin());
    // Keys may have come right before the last run was killed.
    this.#beside.do(() => this.#tellReadable(null));
  }

  async receive({ raw }: SyncAnswer): Promise<void> {
    const toDevice = await this.#device.receive(readSyncKeys(raw));
    this.#verifications.toDevice(toDevice);
    this.#verifications.settle();
    this.#beside.do(() => this.#device.flush());
    this.#beside.do(() => this.#upkeep.afterSync());
  }

  enable(room: string, content: JsonMap): Promise<void> {
    return this.#device.setRoom(room, content);
  }

  isEncrypted(room: string): Promise<boolean> {
    return this.#device.isEncrypted(room);
  }

  changed(room: string): void {
    this.#audiences.changed(room);
  }

  async open(room: string, event: RoomEvent, remember: Remember): Promise<RoomEvent> {
    const { id, content } = event;
    // Redacted: there is nothing to open.
    if (id === null || getText(content, 'ciphertext') === undefined) return event;
    const opened = await this.#open(room, event);
    if (!('reason' in opened)) return opened.event;
    if (opened.mayHeal) {
      this.#waiting.keep(room, event, remember);
      this.#miss({ room, session: getText(content, 'session_id') ?? '' });
    }
    return { ...event, trust: 'none', content: { ...content, 'natter.reason': opened.reason } };
  }

  async follow(room: string, event: RoomEvent): Promise<void> {
    await this.#verifications.inRoom(room, rawOf(event));
    if (event.type.startsWith('m.key.verification.')) this.#beside.do(() => this.#device.flush());
  }

  encrypt(room: string, type: string, content: JsonMap, signal: AbortSignal): Promise<JsonMap> {
    return this.#seal({ room, type, content, verifies: false }, signal);
  }

  async #seal(
    what: Pick<Encryptable, 'room' | 'type' | 'verifies'> & { readonly content: JsonMap },
    signal: AbortSignal,
  ): Promise<JsonMap> {
    const { content } = what;
    const audience = await this.#audiences.of(what.room, signal);
    const sealed = await this.#device.encrypt({ ...what, ...audience });
    // Nothing leaves before what it was made of is on the disk.
    await this.#device.keys.barrier();
    const relation = getMap(content, 'm.relates_to');
    // Servers gather threads and edits by what is not encrypted (Matrix 1.16, section "Event relationships in encrypted rooms").
    return relation === undefined ? sealed : { ...sealed, 'm.relates_to': relation };
  }

  verify(target: VerificationTarget | null): Interaction {
    return startedInteraction(() =>
      target === null ? this.#verifications.ofSelf() : this.#verifications.ofUser(target.userId, target.room),
    );
  }

  recover(): Interaction {
    return new RecoverySteps(this.#recovery, {
      ended: this.#parts.ended,
      changed: () => this.#beside.do(() => this.#upkeep.recovered()),
    });
  }

  sealFile(bytes: AsyncIterable<Uint8Array>): Promise<SealingFile> {
    return sealFile(bytes, this.#parts.startDigest);
  }

  openFile(opens: JsonMap): Promise<OpeningFile> {
    return openFile(opens, this.#parts.startDigest);
  }

  listen(healed: (events: readonly Healed[]) => Promise<void>): void {
    this.#healed = healed;
  }

  async close(): Promise<void> {
    await this.#beside.idle();
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

  async #openAgain(room: string, event: RoomEvent): Promise<RoomEvent | null> {
    const opened = await this.#open(room, event);
    return 'event' in opened ? opened.event : null;
  }

  #miss(key: RoomKeyName): void {
    this.#missed.add(`${key.room} ${key.session}`);
    this.#beside.do(() => this.#upkeep.missing(key));
  }

  /** A key has come. What it opens may be on its way into the store at this moment. */
  async #heal(key: RoomKeyName, look = 1): Promise<void> {
    const found = await this.#tellReadable(key);
    if (found || look >= LOOKS || !this.#missed.has(`${key.room} ${key.session}`)) return;
    this.#beside.later(STORED_SOON, () => this.#heal(key, look + 1));
  }

  /** Opens what has waited for a key, or for any. Gives whether there was something. */
  async #tellReadable(key: RoomKeyName | null): Promise<boolean> {
    const healed = await this.#waiting.readable(key);
    if (healed.length === 0 || this.#parts.ended.aborted) return false;
    for (const { room, event } of healed) await this.follow(room, event);
    await this.#healed(healed);
    return true;
  }

  async #ask(interaction: Interaction): Promise<void> {
    const { host, ended } = this.#parts;
    await host.ask('verify', interaction).catch((error: unknown) => {
      if (!ended.aborted) host.log('warn', 'matrix-not-asked', { message: String(error).slice(0, 200) });
    });
  }

  /** Whom we have verified gives us what they have, if it is a device of ours. */
  async #verified(userId: string): Promise<void> {
    const { module, machine, outgoing } = this.#device;
    await machine.requestMissingSecretsIfNeeded();
    this.#beside.do(() => this.#device.flush());
    // A signature of ours counts when the server tells it.
    this.#beside.do(() => outgoing.send(machine.queryKeysForUsers([new module.UserId(userId)])));
    this.#beside.do(() => this.#upkeep.standing());
  }

  /** Says something that is no message of the user's: a verification. */
  async #say({ room, type, transaction, content }: RoomMessage): Promise<string> {
    const { api, ended } = this.#parts;
    const sealed = await this.isEncrypted(room);
    const body: JsonObject = sealed
      ? await this.#seal({ room, type, content, verifies: true }, ended)
      : content;
    const name = sealed ? 'm.room.encrypted' : type;
    const path = ['client', 'v3', 'rooms', room, 'send', name, transaction];
    const id = getText(await api.call({ method: 'PUT', path, body, signal: ended }), 'event_id');
    if (id === undefined) throw new WireError('protocol', 'the server took an event and gave it no name');
    return id;
  }
}
