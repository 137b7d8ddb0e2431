import type {
  EncryptionSettings,
  KeysClaimRequest,
  RoomSettings,
  ToDeviceRequest,
  UserId,
} from '@matrix-org/matrix-sdk-crypto-wasm';
import { errorData, NatterError, type JsonObject } from '@natter/core/model';
import { textOf, type CryptoModule, type Machine } from './crypto-module.ts';
import type { DeviceKeys } from './key-storage.ts';
import type { OutgoingRequests } from './outgoing-requests.ts';

/**
 * Which devices of the others may read: `all`, unless a person whom the user has verified has a device or an identity
 * that does not fit, which is an error then; or only those that the user has verified (or that their owner vouches for
 * and the user has verified).
 */
export type SharingPolicy = 'all' | 'verified';

/** What is encrypted for whom. */
export interface Encryptable {
  readonly room: string;
  readonly type: string;
  readonly content: JsonObject;
  /** The user ids of who may read it. */
  readonly recipients: readonly string[];
  /** `m.room.history_visibility` of the room: who comes later may get the key by it. */
  readonly visibility: string;
  /**
   * Whoever of the recipients may read it, whatever the policy: how should two verify each other who must not write to each
   * other before? What comes after it and is not so has another key, if somebody has got this one who may not have that.
   */
  readonly verifies?: boolean;
}

/** With what rooms are encrypted. */
export interface EncryptorParts {
  readonly module: CryptoModule;
  readonly machine: Machine;
  readonly keys: DeviceKeys;
  readonly outgoing: OutgoingRequests;
  readonly policy: SharingPolicy;
}

/** Encrypts for rooms: sees to it that every device that may read has the key, and turns the ratchet. */
export class RoomEncryptor {
  readonly #parts: EncryptorParts;
  /** Claims of one-time keys go one at a time, and so does the sharing of a room's key. */
  #claims: Promise<unknown> = Promise.resolve();
  readonly #rooms = new Map<string, Promise<unknown>>();

  constructor(parts: EncryptorParts) {
    this.#parts = parts;
  }

  /**
   * The content of the `m.room.encrypted` event. What it was made with is on disk or on its way there: wait for the
   * barrier before it is sent.
   * @throws NatterError `forbidden` when somebody whom the user has verified has devices that do not fit
   */
  async encrypt(what: Encryptable): Promise<JsonObject> {
    const before = this.#rooms.get(what.room) ?? Promise.resolve();
    const mine = before.catch(() => {}).then(() => this.#encrypt(what));
    this.#rooms.set(what.room, mine);
    try {
      return await mine;
    } finally {
      if (this.#rooms.get(what.room) === mine) this.#rooms.delete(what.room);
    }
  }

  async #encrypt(what: Encryptable): Promise<JsonObject> {
    const { module, machine, keys } = this.#parts;
    await machine.updateTrackedUsers(this.#users(what));
    await this.#parts.outgoing.flush();
    await this.#claim(what);
    const shares = await this.#share(what);
    for (const share of shares) await this.#parts.outgoing.send(share);
    const room = new module.RoomId(what.room);
    const content = JSON.stringify(what.content);
    const encrypted = await keys.together(() => machine.encryptRoomEvent(room, what.type, content));
    return JSON.parse(encrypted) as JsonObject;
  }

  /** Claims one-time keys of the devices that we have no session with; it is not sent twice at once. */
  async #claim(what: Encryptable): Promise<void> {
    const claim = this.#claims.then(async () => {
      const request: KeysClaimRequest | null = await this.#parts.machine.getMissingSessions(
        this.#users(what),
      );
      if (request !== null && request !== undefined) await this.#parts.outgoing.send(request);
    });
    this.#claims = claim.catch(() => {});
    await claim;
  }

  async #share(what: Encryptable): Promise<ToDeviceRequest[]> {
    const { module, machine, keys } = this.#parts;
    const room = new module.RoomId(what.room);
    const known = await machine.getRoomSettings(room);
    const settings = this.#settings(what, known);
    try {
      return await keys.together(() => machine.shareRoomKey(room, this.#users(what), settings));
    } catch (error) {
      await keys.barrier();
      throw sharingRefused(error);
    }
  }

  #settings(
    { visibility, verifies = false }: Encryptable,
    known: RoomSettings | undefined,
  ): EncryptionSettings {
    const { CollectStrategy, EncryptionSettings, HistoryVisibility } = this.#parts.module;
    const settings = new EncryptionSettings();
    const verifiedOnly = this.#parts.policy === 'verified' || known?.onlyAllowTrustedDevices === true;
    const usual = verifiedOnly
      ? CollectStrategy.onlyTrustedDevices()
      : CollectStrategy.errorOnUnverifiedUserProblem();
    settings.sharingStrategy = verifies ? CollectStrategy.allDevices() : usual;
    const visibilities: Record<string, number> = {
      invited: HistoryVisibility.Invited,
      joined: HistoryVisibility.Joined,
      world_readable: HistoryVisibility.WorldReadable,
    };
    settings.historyVisibility = visibilities[visibility] ?? HistoryVisibility.Shared;
    const { sessionRotationPeriodMs: period, sessionRotationPeriodMessages: messages } = known ?? {};
    if (period !== undefined) settings.rotationPeriod = BigInt(Math.max(period, MINIMUM_PERIOD)) * 1_000n;
    if (messages !== undefined) settings.rotationPeriodMessages = BigInt(Math.max(messages, 1));
    return settings;
  }

  /** The module takes ids away when it is given them, so each call gets new ones. */
  #users({ recipients }: Encryptable): UserId[] {
    const { UserId } = this.#parts.module;
    return recipients.flatMap((id) => {
      try {
        return [new UserId(id)];
      } catch {
        return []; // a member with an id that is none has no keys
      }
    });
  }
}

/** A room that asks for a new key every moment would keep us from sending (milliseconds). */
const MINIMUM_PERIOD = 60 * 60 * 1_000;

function sharingRefused(cause: unknown): NatterError {
  const said = textOf(cause);
  return new NatterError(
    errorData(
      'forbidden',
      'not sent: you, or somebody here whom you have verified, has a device that is not verified, or a new identity. Verify it before you go on; a device of your own that you do not use can be signed out',
      { scope: 'conversation', userAction: 'choose', condition: { said } },
    ),
  );
}
