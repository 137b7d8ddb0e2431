import { freshSeed, seededRandom, type Random } from '../../random.ts';
import { profiles, type Profile, type ProfileName } from '../profile.ts';
import { handle } from './handle.ts';
import { Link, type LinkFaults } from './link.ts';
import { setPresence } from './profiles.ts';
import { Refusal } from './protocol.ts';
import { showPresence } from './roster.ts';
import { State, type Account } from './state.ts';
import { Second } from './second.ts';

/** How a memory network is made. */
export interface MemoryNetworkOptions {
  profile?: ProfileName;
  /** Repeats the faults of a run. */
  seed?: number;
  /** Faults of every new connection. */
  faults?: LinkFaults;
  /** The fingerprint of its certificate; one that is not `known` must be trusted by the user first. */
  certificate?: { readonly fingerprint: string; readonly known: boolean };
}

/** A whole network in the process: accounts, rosters, rooms, messages; no socket, no clock, no surprise. */
export class MemoryNetwork {
  readonly profile: Profile;
  readonly seed: number;
  /** May be changed: connections to come see the new one. */
  certificate: { readonly fingerprint: string; readonly known: boolean };
  /** Faults of the connections to come. */
  faults: LinkFaults;
  /** Faults of the next connection alone, in place of {@link MemoryNetwork.faults}. */
  faultsOnce: LinkFaults | null = null;
  /** While true, no connection succeeds. */
  down = false;
  readonly #state: State;
  readonly #random: Random;
  #connections = 0;

  constructor(options: MemoryNetworkOptions = {}) {
    this.profile = profiles[options.profile ?? 'total'];
    this.seed = options.seed ?? freshSeed();
    this.faults = options.faults ?? {};
    this.certificate = options.certificate ?? { fingerprint: 'memory', known: true };
    this.#state = new State(this.profile);
    this.#random = seededRandom(this.seed);
  }

  /** Opens an account and returns the party that holds it. Throws a `Refusal` when the address is taken. */
  register(address: string, password: string, name: string | null = null): Second {
    if (!/^[a-z][a-z0-9_-]*$/.test(address))
      throw new Refusal('invalid', 'an address is made of a-z, 0-9, - and _');
    if (this.#state.accounts.has(address)) throw new Refusal('conflict', `${address} is taken`);
    const account: Account = {
      address,
      name,
      password,
      suspended: false,
      roster: new Map(),
      log: [],
      devices: new Map(),
      presence: null,
      since: this.#state.now(),
    };
    this.#state.accounts.set(address, account);
    return new Second(this.#state, account);
  }

  /** The party that holds an account, if there is one. */
  known(address: string): Second | null {
    const account = this.#state.accounts.get(address);
    return account === undefined ? null : new Second(this.#state, account);
  }

  /** Throws a `Refusal` unless the password is right and the account in good standing. */
  checkPassword(address: string, password: string): void {
    const account = this.#state.accounts.get(address);
    if (account?.password !== password) throw new Refusal('authentication', 'wrong address or password');
    if (account.suspended) throw new Refusal('suspended', `${address} is suspended`);
  }

  /** Signs a device in. A device that signs in again replaces itself. Throws a `Refusal`. */
  connect(address: string, password: string, device: string): { link: Link; at: number } {
    this.checkPassword(address, password);
    const account = this.#state.account(address);
    account.devices.get(device)?.end('replaced');
    const faults = this.faultsOnce ?? this.faults;
    this.faultsOnce = null;
    const random = this.#random.fork(`connection ${this.#connections++}`);
    const link = new Link((command) => handle(this.#state, account, command), faults, random);
    account.devices.set(device, link);
    void link.ended.then(() => this.#leave(account, device, link));
    return { link, at: account.log.length };
  }

  /** Shows a device that has just come everybody whom its account may see. */
  showContacts(address: string): void {
    const viewer = this.#state.account(address);
    for (const contact of viewer.roster.values()) {
      if (contact.subscription.to === 'granted')
        showPresence(this.#state, this.#state.account(contact.address), viewer);
    }
  }

  /** Cuts every connection of an account, or of all. */
  cut(address?: string): void {
    for (const account of this.#state.accounts.values()) {
      if (address === undefined || account.address === address)
        for (const link of account.devices.values()) link.end('cut');
    }
  }

  /** How many connections are open. */
  get connections(): number {
    return [...this.#state.accounts.values()].reduce((sum, { devices }) => sum + devices.size, 0);
  }

  #leave(account: Account, device: string, link: Link): void {
    if (account.devices.get(device) !== link) return;
    account.devices.delete(device);
    if (account.devices.size === 0) setPresence(this.#state, account, null);
  }
}
