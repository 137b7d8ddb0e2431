import type { IrcConnection } from './connection.ts';
import { param, type IrcLine } from './line.ts';

/** Most capabilities of a server that are kept. */
const MOST_OFFERED = 300;
/** Bytes of names in one CAP REQ, well below a line. */
const REQUEST_BYTES = 400;

/** The capabilities that we know what to do with. */
export const WANTED: readonly string[] = [
  'account-notify',
  'account-tag',
  'away-notify',
  'batch',
  'cap-notify',
  'chghost',
  'draft/account-registration',
  'draft/channel-rename',
  'draft/chathistory',
  'draft/event-playback',
  'draft/message-redaction',
  'draft/multiline',
  'draft/pre-away',
  'draft/read-marker',
  'echo-message',
  'extended-join',
  'extended-monitor',
  'invite-notify',
  'labeled-response',
  'message-tags',
  'multi-prefix',
  'server-time',
  'setname',
  'standard-replies',
  'userhost-in-names',
  'znc.in/self-message',
];

/**
 * Capability negotiation (CAP 302). What is wanted is asked for together; when that is refused, one by one, so that a
 * refusal costs one capability and not all.
 */
export class CapabilityNegotiation {
  readonly #connection: IrcConnection;
  /** What the server offers, with values. */
  readonly offered: Map<string, string> = new Map();
  readonly enabled: Set<string> = new Set();
  readonly #pending = new Map<string, readonly string[]>();
  #listed = false;

  constructor(connection: IrcConnection) {
    this.#connection = connection;
  }

  /** Whether the list is complete. */
  get listed(): boolean {
    return this.#listed;
  }

  /** Whether the list is complete and every request answered. */
  get settled(): boolean {
    return this.#listed && this.#pending.size === 0;
  }

  /** Takes a CAP line. */
  take(line: IrcLine): void {
    // Servers of the first version mark names with `=` and `~`, which say nothing that matters here.
    const names = (line.params.at(-1) ?? '').split(' ').flatMap((name) => name.replace(/^[=~]+/, '') || []);
    switch (param(line, 1).toUpperCase()) {
      case 'LS': {
        this.#offer(names);
        if (param(line, 2) === '*') return;
        this.#listed = true;
        return this.#request();
      }
      case 'NEW':
        this.#offer(names);
        return this.#request();
      case 'DEL':
        for (const name of names) {
          if (name === 'sts') continue; // never taken back this way (sts, "Mechanism")
          this.offered.delete(name);
          this.enabled.delete(name);
        }
        return;
      case 'ACK':
        return this.#answered(names, true);
      case 'NAK':
        return this.#answered(names, false);
    }
  }

  /** Asks for one more, such as `sasl`. */
  require(name: string): void {
    this.#ask([name]);
  }

  #offer(names: readonly string[]): void {
    for (const text of names) {
      const equals = text.indexOf('=');
      if (this.offered.size < MOST_OFFERED)
        this.offered.set(equals < 0 ? text : text.slice(0, equals), equals < 0 ? '' : text.slice(equals + 1));
    }
  }

  #request(): void {
    const asked = new Set([...this.#pending.values()].flat());
    const names = WANTED.filter(
      (name) => this.offered.has(name) && !this.enabled.has(name) && !asked.has(name),
    );
    let piece: string[] = [];
    for (const name of names) {
      if ([...piece, name].join(' ').length > REQUEST_BYTES) {
        this.#ask(piece);
        piece = [];
      }
      piece.push(name);
    }
    if (piece.length > 0) this.#ask(piece);
  }

  #ask(names: readonly string[]): void {
    this.#pending.set(key(names), names);
    this.#connection.sendNow('CAP', ['REQ', names.join(' ')]);
  }

  #answered(names: readonly string[], granted: boolean): void {
    if (granted) {
      for (const name of names) {
        if (name.startsWith('-')) this.enabled.delete(name.slice(1));
        else this.enabled.add(name);
      }
    }
    // Servers may say only a part of a long list again; with one request open, it is the one that is meant.
    const asked = this.#pending.has(key(names)) ? key(names) : [...this.#pending.keys()][0];
    const refused = this.#pending.get(asked ?? '') ?? [];
    if (asked !== undefined) this.#pending.delete(asked);
    if (!granted && refused.length > 1) for (const name of refused) this.#ask([name]);
  }
}

function key(names: readonly string[]): string {
  return names
    .map((name) => name.replace(/=.*$/s, ''))
    .toSorted()
    .join(' ');
}
