import type { AccountId, DeviceId } from '../ports/identifiers.ts';
import type { Session } from './session.ts';

/** The open sessions of this process. */
export class SessionRegistry {
  readonly #sessions = new Set<Session>();
  readonly #visitors = new Map<string, number>();
  #visitorCount = 0;

  get all(): ReadonlySet<Session> {
    return this.#sessions;
  }

  /** Sessions that have not signed in: of a network address, and over all. */
  visitorsOf(remoteAddress: string): number {
    return this.#visitors.get(remoteAddress) ?? 0;
  }
  get visitorCount(): number {
    return this.#visitorCount;
  }

  add(session: Session): void {
    this.#sessions.add(session);
    this.#visitorCount += 1;
    this.#visitors.set(
      session.connection.remoteAddress,
      this.visitorsOf(session.connection.remoteAddress) + 1,
    );
  }

  /** The session is no visitor any more: it has signed in, or has ended before it did. */
  visitorGone(session: Session): void {
    const { remoteAddress } = session.connection;
    this.#visitorCount -= 1;
    const left = this.visitorsOf(remoteAddress) - 1;
    if (left > 0) this.#visitors.set(remoteAddress, left);
    else this.#visitors.delete(remoteAddress);
  }

  remove(session: Session): void {
    this.#sessions.delete(session);
  }

  isConnected(device: DeviceId): boolean {
    for (const session of this.#sessions) if (session.member?.device === device) return true;
    return false;
  }

  /** Accounts with a session here. */
  accounts(): ReadonlySet<AccountId> {
    const accounts = new Set<AccountId>();
    for (const session of this.#sessions)
      if (session.member !== null) accounts.add(session.member.account.id);
    return accounts;
  }
}
