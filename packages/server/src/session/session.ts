import type { AccountPresence, WireError } from '@natter/native-protocol';
import type { Connection } from '../listener/connection.ts';
import type { Account } from '../ports/accounts.ts';
import type { Notice } from '../ports/bus.ts';
import type { DeviceId } from '../ports/identifiers.ts';
import type { PresentDevice } from '../presence/presence-service.ts';
import { PresenceWatch } from '../presence/presence-watch.ts';
import type { Services } from '../services.ts';
import { Follower } from './follower.ts';

/** Who has signed in on a connection. */
export interface Member {
  readonly account: Account;
  readonly address: string;
  readonly device: DeviceId;
}

/** One connection from its first frame to its end: who is on it, and what it is told. */
export class Session {
  readonly connection: Connection;
  readonly services: Services;
  /** When the connection was made, by the server's clock. */
  readonly since: number;
  #member: Member | null = null;
  #follower: Follower | null = null;
  #watch: PresenceWatch | null = null;
  #unsubscribe: () => void = () => undefined;
  #ended = false;

  constructor(connection: Connection, services: Services) {
    this.connection = connection;
    this.services = services;
    this.since = services.clock();
    services.sessions.add(this);
  }

  get member(): Member | null {
    return this.#member;
  }

  /** Nothing more is taken up or told. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Follows the update log; there is one from the sign-in on. */
  get follower(): Follower | null {
    return this.#follower;
  }

  /** The device has proved who it is. An older connection of the same device ends. */
  signIn(member: Member): void {
    const { storage, sessions, presence } = this.services;
    if (this.#ended) return;
    // Set before the older one ends, which then knows that the device is not gone.
    this.#member = member;
    sessions.signedIn(this, member.account.id);
    const replaced: WireError = { code: 'replaced', message: 'This device has connected again.' };
    storage.bus.publish(member.account.id, { kind: 'end', only: member.device, error: replaced });
    this.#follower = new Follower(storage.inbox, this.connection, member.account.id);
    this.#unsubscribe = storage.bus.subscribe(member.account.id, (notice) => this.#notice(notice));
    presence.arrived(member.device);
  }

  /** Begins to push presence, and returns what it is now. */
  async watchPresence(): Promise<AccountPresence[]> {
    if (this.#member === null) return [];
    this.#watch?.stop();
    const { storage } = this.services;
    const addressOf = async (id: number): Promise<string | null> => {
      const account = await storage.directory.accounts.byId(id);
      return account === null ? null : `${account.user}@${storage.name}`;
    };
    this.#watch = new PresenceWatch(storage, (text) => void this.connection.push(text), addressOf);
    return this.#watch.start(this.#member.account.id);
  }

  stopWatchingPresence(): void {
    this.#watch?.stop();
    this.#watch = null;
  }

  /** The other side reads again after it was behind. */
  drained(): void {
    this.#guard(this.#follower?.drained());
  }

  /** Finds out whether a wake-up was lost. */
  check(): void {
    this.#guard(this.#follower?.check());
  }

  /** Ends the session from this side, with a reason. */
  end(error: WireError): void {
    this.connection.close(error);
    this.closed(true);
  }

  /**
   * The connection is closed. On purpose: contacts are told at once; otherwise the device has the grace time to come
   * back.
   */
  closed(onPurpose: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    const { sessions, presence } = this.services;
    sessions.remove(this);
    this.#unsubscribe();
    this.stopWatchingPresence();
    const device = this.present();
    if (device === null) return sessions.visitorGone(this);
    if (sessions.isConnected(device.account, device.device)) return;
    if (onPurpose) this.#guard(presence.left(device));
    else presence.lost(device);
  }

  /** The device for the presence service; `null` before the sign-in. */
  present(): PresentDevice | null {
    if (this.#member === null) return null;
    return { account: this.#member.account.id, device: this.#member.device, address: this.#member.address };
  }

  #notice(notice: Notice): void {
    switch (notice.kind) {
      case 'updates':
        return this.#follower?.notice(notice);
      case 'push':
        return void this.connection.push(notice.text);
      case 'access':
        return this.#guard(this.#watch?.access(notice.watched, notice.allowed));
      case 'end': {
        const device = this.#member?.device;
        if (notice.only !== undefined && notice.only !== device) return;
        if (notice.except !== undefined && notice.except === device) return;
        return this.end(notice.error);
      }
    }
  }

  #guard(work: Promise<unknown> | undefined): void {
    work?.catch((error: unknown) =>
      this.services.log({ level: 'error', event: 'fault', error: String(error) }),
    );
  }
}
