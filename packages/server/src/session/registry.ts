import { addressBlock } from '../listener/address-block.ts';
import type { AccountId, DeviceId } from '../ports/identifiers.ts';
import type { Session } from './session.ts';

/** The open sessions of this process. */
export class SessionRegistry {
  readonly #sessions = new Set<Session>();
  readonly #byAccount = new Map<AccountId, Set<Session>>();
  readonly #visitors = new Map<string, number>();
  #visitorCount = 0;

  get all(): ReadonlySet<Session> {
    return this.#sessions;
  }

  /** Sessions that have not signed in: of a place in the network, and over all. */
  visitorsOf(remoteAddress: string): number {
    return this.#visitors.get(addressBlock(remoteAddress)) ?? 0;
  }
  get visitorCount(): number {
    return this.#visitorCount;
  }

  add(session: Session): void {
    this.#sessions.add(session);
    this.#visitorCount += 1;
    const { remoteAddress } = session.connection;
    this.#visitors.set(addressBlock(remoteAddress), this.visitorsOf(remoteAddress) + 1);
  }

  /** The session has signed in. */
  signedIn(session: Session, account: AccountId): void {
    const sessions = this.#byAccount.get(account) ?? new Set();
    this.#byAccount.set(account, sessions.add(session));
    this.visitorGone(session);
  }

  /** The session is no visitor any more: it has signed in, or has ended before it did. */
  visitorGone(session: Session): void {
    const block = addressBlock(session.connection.remoteAddress);
    this.#visitorCount -= 1;
    const left = (this.#visitors.get(block) ?? 0) - 1;
    if (left > 0) this.#visitors.set(block, left);
    else this.#visitors.delete(block);
  }

  remove(session: Session): void {
    this.#sessions.delete(session);
    const account = session.member?.account.id;
    const sessions = account === undefined ? undefined : this.#byAccount.get(account);
    if (account === undefined || sessions === undefined) return;
    sessions.delete(session);
    if (sessions.size === 0) this.#byAccount.delete(account);
  }

  /** The sessions of an account on this process. */
  of(account: AccountId): Iterable<Session> {
    return this.#byAccount.get(account) ?? [];
  }

  isConnected(account: AccountId, device: DeviceId): boolean {
    for (const session of this.of(account)) if (session.member?.device === device) return true;
    return false;
  }

  get accountCount(): number {
    return this.#byAccount.size;
  }

  /** Accounts with a session on this process. */
  accounts(): Iterable<AccountId> {
    return this.#byAccount.keys();
  }
}
