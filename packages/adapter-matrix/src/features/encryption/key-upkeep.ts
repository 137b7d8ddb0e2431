import type { SessionHost } from '@natter/core';
import { NatterError, type Attention } from '@natter/core/model';
import type { DeviceEncryption, RoomKeyName } from './device-encryption.ts';
import type { DeviceStanding } from './recovery/cross-signing.ts';
import type { Recovery } from './recovery/recovery.ts';

/** The name of the backup's key among the secrets that devices give each other. */
const BACKUP = 'm.megolm_backup.v1';
/** Keys that the backup was asked for in this run. */
const MOST_ASKED = 5000;

type Subject = 'device' | 'backup' | 'identities';

/** With what keys are looked after. */
export interface KeyUpkeepParts {
  readonly device: DeviceEncryption;
  readonly recovery: Recovery;
  readonly host: SessionHost;
}

/** Looks after what keeps encrypted messages readable: the identity of the account, the backup of its keys. */
export class KeyUpkeep {
  readonly #parts: KeyUpkeepParts;
  readonly #asked = new Set<string>();
  readonly #attention = new Map<Subject, Attention>();
  /** Users who were verified and have another identity now. */
  readonly #changed = new Set<string>();

  constructor(parts: KeyUpkeepParts) {
    this.#parts = parts;
    const { machine } = parts.device;
    machine.registerUserIdentityUpdatedCallback(async (userId) => this.#identityTold(userId.toString()));
    const self = machine.userId.toString();
    machine.registerDevicesUpdatedCallback(async (users) => {
      if (users.includes(self)) await this.#look();
    });
  }

  /** At the beginning of a run. */
  async begin(): Promise<void> {
    const { recovery } = this.#parts;
    await this.standing();
    if ((await recovery.backup.resume()) === 'gone') this.#backupGone();
    await this.#takeFromInbox();
  }

  /** Says how this device stands. An account without an identity gets one, if the server asks nothing for it. */
  async standing(): Promise<void> {
    const { crossSigning } = this.#parts.recovery;
    let standing = await crossSigning.standing();
    if (standing === 'no-identity') {
      await crossSigning.create(null).catch(passwordWanted);
      standing = await crossSigning.standing();
    }
    this.#tellStanding(standing);
  }

  /** The user has entered a recovery key, or made one. */
  async recovered(): Promise<void> {
    await this.standing();
    await this.#backupBack();
  }

  /** Another device of ours may have signed this one. */
  async #look(): Promise<void> {
    this.#tellStanding(await this.#parts.recovery.crossSigning.lastStanding());
  }

  #tellStanding(standing: DeviceStanding): void {
    const text =
      'this device is not verified: others are warned of it, and older encrypted messages stay unreadable. Verify it with another device of yours or enter the recovery key';
    this.#tell('device', standing === 'unverified' ? { about: 'verification', text } : null);
  }

  /** After every synchronisation: sends the backup what it has not got. */
  async afterSync(): Promise<void> {
    if (!(await this.#parts.recovery.backup.upload())) this.#backupGone();
  }

  /** Another device of ours gave us a secret. */
  async secret(name: string): Promise<void> {
    if (name === BACKUP) await this.#takeFromInbox();
    else await this.standing();
  }

  /** Looks for a key in the backup, once in a run. */
  async missing({ room, session }: RoomKeyName): Promise<void> {
    const name = `${room} ${session}`;
    if (this.#asked.has(name) || this.#asked.size >= MOST_ASKED) return;
    this.#asked.add(name);
    await this.#parts.recovery.backup.fetch({ room, session });
  }

  async #takeFromInbox(): Promise<void> {
    const { device, recovery } = this.#parts;
    for (const secret of await device.machine.getSecretsFromInbox(BACKUP))
      if (await recovery.backup.adopt(secret)) break;
    await device.machine.deleteSecretsFromInbox(BACKUP);
    await this.#backupBack();
  }

  async #identityTold(userId: string): Promise<void> {
    const { module, machine } = this.#parts.device;
    const identity = await machine.getIdentity(new module.UserId(userId));
    if (identity?.hasVerificationViolation() === true) this.#changed.add(userId);
    else if (!this.#changed.delete(userId)) return;
    const text = `the identity of ${[...this.#changed].join(', ')} has changed since you verified it: verify again before you write`;
    this.#tell('identities', this.#changed.size === 0 ? null : { about: 'verification', text });
  }

  async #backupBack(): Promise<void> {
    if (await this.#parts.device.machine.isBackupEnabled()) this.#tell('backup', null);
  }

  #backupGone(): void {
    const text =
      'the backup of your encryption keys was deleted or replaced by another device: enter the recovery key again, or make a new one';
    this.#tell('backup', { about: 'keys', text });
  }

  #tell(subject: Subject, attention: Attention | null): void {
    if (attention === null && !this.#attention.has(subject)) return;
    if (attention === null) this.#attention.delete(subject);
    else this.#attention.set(subject, attention);
    this.#parts.host.attention([...this.#attention.values()]);
  }
}

function passwordWanted(error: unknown): void {
  if (NatterError.isInstance(error) && error.data.code === 'authentication') return;
  throw error;
}
