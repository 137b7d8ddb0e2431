import type { Op, Outcome, RosterChange } from '@natter/core';
import { remoteKey, type Availability, type Opaque, type RemoteKey } from '@natter/core/model';
import { failedOutcome } from '../mapping/errors.ts';
import { isName } from '../mapping/keys.ts';
import { isOwn, keyOf, type Feature, type Runtime } from '../runtime.ts';
import { param, type IrcLine } from '../wire/line.ts';
import { CONTACT_STATE, contactEvent, readEntry, type Entry } from './contact-book.ts';
import type { Identities } from './messages.ts';
import { refused } from './outgoing.ts';
import { Watch } from './watch.ts';

/** The contact list, which on IRC is ours alone, and who of it is there. */
export class Contacts implements Feature, Identities {
  readonly #runtime: Runtime;
  readonly #entries = new Map<RemoteKey, Entry>();
  /** The accounts that are signed in under a contact's nick now, as far as the server told. */
  readonly #accounts = new Map<RemoteKey, string | null>();
  /** Of whom it was told that they are away (`true` or the reason) or not. */
  readonly #away = new Map<RemoteKey, string | boolean>();
  readonly #watch: Watch;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#watch = new Watch(runtime, {
      changed: (nick, online, away) => void this.#changed(nick, online, away),
    });
  }

  /** Takes the list up from the account's state and begins to watch. */
  start(state: Readonly<Record<string, Opaque>>, signal: AbortSignal): void {
    for (const [name, text] of Object.entries(state)) {
      const entry = readEntry(text);
      if (entry !== null && name.startsWith(CONTACT_STATE))
        this.#entries.set(name.slice(CONTACT_STATE.length) as RemoteKey, entry);
    }
    this.#watch.start(
      [...this.#entries.values()].map(({ nick }) => nick),
      signal,
    );
    this.#runtime.host.roster('ready');
  }

  stop(): void {
    this.#watch.stop();
  }

  /** Whether it is on the list. */
  has(key: RemoteKey): boolean {
    return this.#entries.has(key);
  }

  /** A contact that is bound to an account is proven by that account; where the server never says, by the nick. */
  contactOf(line: IrcLine): RemoteKey | null {
    const key = keyOf(this.#runtime, line.source?.nick ?? '');
    const bound = this.#entries.get(key)?.account ?? null;
    if (bound === null || !this.#runtime.enabled.has('account-tag')) return key;
    return this.#same(line.tags.get('account'), bound) ? key : null;
  }

  /** Whose words a line is: the contact's, or those of a stranger under that nick, which begin with "~" as no nick can. */
  keyFor(line: IrcLine): RemoteKey {
    return this.contactOf(line) ?? remoteKey(`~${keyOf(this.#runtime, line.source?.nick ?? '')}`);
  }

  take(line: IrcLine): void {
    this.#watch.take(line);
    const nick = line.source?.nick ?? '';
    if (nick === '') return;
    switch (line.command) {
      case 'NICK':
        return this.#renamed(line, nick, param(line, 0));
      case 'QUIT':
        return void this.#changed(nick, false, null);
      case 'AWAY':
        return void this.#changed(nick, true, line.params.length > 0 ? param(line, 0) : false);
      case 'ACCOUNT':
        if (!this.#entries.has(keyOf(this.#runtime, nick))) return;
        this.#accounts.set(keyOf(this.#runtime, nick), param(line, 0) === '*' ? null : param(line, 0));
        return void this.#changed(nick, true, null);
    }
  }

  async perform(_op: Op, change: RosterChange, signal: AbortSignal): Promise<Outcome> {
    const { commits } = this.#runtime;
    switch (change.action) {
      case 'add':
        return this.#add(change, signal);
      case 'remove':
        this.#entries.delete(change.contact);
        this.#watch.remove(change.contact);
        commits.remember(CONTACT_STATE + change.contact, null);
        commits.add({ type: 'remove', of: 'contact', key: change.contact });
        break;
      case 'rename':
      case 'groups': {
        const entry = this.#entries.get(change.contact);
        if (entry === undefined) return refused('not-found', 'this is no contact');
        this.#keep(change.contact, { ...entry, alias: change.alias, groups: change.groups });
        break;
      }
      case 'accept':
      case 'deny':
        return refused('unsupported', 'on IRC nobody asks to be a contact');
      case 'block':
      case 'unblock':
        return refused('unsupported', 'IRC has no list of blocked people');
    }
    await commits.flush();
    return { result: 'accepted', refs: [] };
  }

  async #add(change: Extract<RosterChange, { action: 'add' }>, signal: AbortSignal): Promise<Outcome> {
    const nick = change.address.trim();
    if (!isName(nick) || this.#runtime.support.isChannel(nick))
      return refused('invalid', `"${nick}" is no nick`);
    if (isOwn(this.#runtime, nick)) return refused('invalid', 'this is our own nick');
    try {
      const account = await this.#accountOf(nick, signal);
      const { alias = null, groups = [] } = change;
      this.#keep(keyOf(this.#runtime, nick), { nick, account, alias, groups });
    } catch (error) {
      return failedOutcome(error);
    }
    await this.#runtime.commits.flush();
    this.#watch.add(nick);
    return { result: 'accepted', refs: [] };
  }

  #keep(key: RemoteKey, entry: Entry): void {
    this.#entries.set(key, entry);
    this.#runtime.commits.remember(CONTACT_STATE + key, JSON.stringify(entry));
    this.#runtime.commits.add(contactEvent(key, entry));
  }

  /** RPL_WHOISACCOUNT; null for somebody who is not there or not signed in. */
  async #accountOf(nick: string, signal: AbortSignal): Promise<string | null> {
    const judge = (line: IrcLine): 'part' | 'end' | null => {
      if (line.command === '330') return 'part';
      return line.command === '318' || line.command === '401' ? 'end' : null;
    };
    try {
      const { lines } = await this.#runtime.asks.ask({
        command: 'WHOIS',
        params: [nick],
        signal,
        judge,
        ends: true,
      });
      const account = lines.find(({ command }) => command === '330');
      return account === undefined ? null : param(account, 2) || null;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'refused') return null; // nobody there
      throw error;
    }
  }

  /** Somebody came, went, or said to be away (`true` or the reason) or back (`false`); null for no news. */
  async #changed(nick: string, online: boolean, away: string | boolean | null): Promise<void> {
    const key = keyOf(this.#runtime, nick);
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    const said = this.#away.get(key);
    // Who says no more than that somebody is away does not know the reason.
    const now = away === null || (away === true && typeof said === 'string') ? (said ?? null) : away;
    if (online && now !== null) this.#away.set(key, now);
    else this.#away.delete(key);
    if (!online) this.#accounts.delete(key);
    else if (entry.account !== null && !this.#accounts.has(key)) {
      const account = await this.#accountOf(nick, this.#watch.signal).catch(() => null);
      this.#accounts.set(key, account);
    }
    const proven = entry.account === null || this.#same(this.#accounts.get(key) ?? undefined, entry.account);
    if (entry.account !== null) {
      // Somebody else under the nick is not the contact: it sleeps as long as they are there.
      const dormant = online && !proven;
      this.#runtime.commits.add({ type: 'upsert', of: 'contact', key, value: { dormant } });
      await this.#runtime.commits.flush();
    }
    this.#show(
      key,
      online && proven ? (now === null || now === false ? 'available' : 'away') : 'offline',
      now,
    );
  }

  #show(key: RemoteKey, availability: Availability, away: string | boolean | null): void {
    const text = typeof away === 'string' && availability === 'away' ? away : null;
    const presence = { availability, text, since: null, expiresAt: null, priority: 0, device: null };
    this.#runtime.host.hint([{ type: 'presence', key, resource: null, presence }]);
  }

  /** A nick changed, and the person did not: contact, conversation and list go with it. */
  #renamed(line: IrcLine, from: string, to: string): void {
    const { commits } = this.#runtime;
    const [old, key] = [this.keyFor(line), keyOf(this.#runtime, to)];
    if (to === '' || old === key || isOwn(this.#runtime, from) || isOwn(this.#runtime, to)) return;
    commits.add({ type: 'rekey', of: 'contact', from: old, to: key });
    commits.add({ type: 'rekey', of: 'conversation', from: old, to: key });
    commits.add({ type: 'rekey', of: 'participant', in: key, from: old, to: key });
    const entry = this.#entries.get(old);
    if (entry === undefined) return;
    this.#entries.delete(old);
    this.#watch.remove(old);
    commits.remember(CONTACT_STATE + old, null);
    this.#keep(key, { ...entry, nick: to });
    this.#watch.add(to);
  }

  #same(account: string | undefined, bound: string): boolean {
    return account !== undefined && this.#runtime.support.fold(account) === this.#runtime.support.fold(bound);
  }
}
