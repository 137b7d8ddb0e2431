import type { Credentials } from '@natter/wire';
import { CapabilityNegotiation } from './capability-negotiation.ts';
import type { IrcConnection } from './connection.ts';
import { WireError } from './error.ts';
import { ISupport } from './isupport.ts';
import { lastParam, param, type IrcLine } from './line.ts';
import { SaslSignIn } from './sign-in.ts';

/** How long a server that has not said a word may take to answer CAP LS: some answer nothing before NICK. */
const FIRST_WORD_WITHIN = 1500;
/** Most lines of what it says of itself that are kept. */
const MOST_SAID = 500;
/** How long the ERROR may take behind a numeric that says we are banned. */
const LAST_WORD_WITHIN = 1000;
/** Other nicks that are tried when ours is taken. */
const NICK_ATTEMPTS = 8;

/** Who registers, and how. */
export interface Registration {
  readonly nick: string;
  readonly user: string;
  readonly realName: string;
  /** Asked for when it is needed, and only over a connection that may carry it; null for none. */
  readonly serverPassword: (() => Promise<string>) | null;
  readonly sasl: {
    readonly credentials: Credentials;
    readonly pinned: string | null;
    /** The only mechanism that the user wants; null for the best one. */
    readonly only: string | null;
    readonly external: boolean;
  } | null;
  /** Hears what the server says of STS over TLS, before anything else can go wrong. */
  readonly strictTransport: (value: string) => void;
  /** Whether the server is on this machine, so that nobody listens to a line without TLS. */
  readonly local: boolean;
  /** The reason to be away from the beginning (draft/pre-away); null for being here. */
  readonly away: string | null;
  readonly time: number;
}

/** What registration brought. */
export interface Registered {
  readonly nick: string;
  readonly support: ISupport;
  readonly negotiation: CapabilityNegotiation;
  /** The mechanism by which we signed in; null without. */
  readonly mechanism: string | null;
  /** What the server said of itself meanwhile: notices and its message of the day. */
  readonly said: readonly IrcLine[];
}

/**
 * From a fresh connection to the end of the welcome. With `sasl` it never goes on unauthenticated. Rejects with
 * WireError; the connection is then ended by the caller.
 */
export function register(
  connection: IrcConnection,
  registration: Registration,
  signal: AbortSignal,
): Promise<Registered> {
  const handshake = new Handshake(connection, registration);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new WireError('timeout', 'the server did not finish the sign-in')),
      registration.time,
    );
    const abort = (): void => reject(new WireError('aborted', 'the sign-in was given up'));
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    void connection.ended.then((error) => reject(handshake.farewell ?? error));
    handshake
      .run()
      .then(resolve, reject)
      .finally(() => {
        handshake.stop();
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
      });
    // Whatever rejects first, nothing of the handshake goes on.
    void connection.ended.then(() => clearTimeout(timer));
  });
}

class Handshake {
  readonly #connection: IrcConnection;
  readonly #registration: Registration;
  readonly #support = new ISupport();
  readonly #negotiation: CapabilityNegotiation;
  readonly #changed: { wake: () => void } = { wake: () => {} };
  #sasl: SaslSignIn | null = null;
  #failure: WireError | null = null;
  #nick: string;
  #nickAttempts = 0;
  readonly #said: IrcLine[] = [];
  #welcomed = false;
  /** The server does not know CAP. */
  #withoutCap = false;
  #ready = false;
  #lastWord: ReturnType<typeof setTimeout> | undefined;
  /** The server's last word, its ERROR above all, which says more than the closed connection after it. */
  farewell: WireError | null = null;

  constructor(connection: IrcConnection, registration: Registration) {
    this.#connection = connection;
    this.#registration = registration;
    this.#nick = registration.nick;
    this.#negotiation = new CapabilityNegotiation(connection);
    connection.listen({
      line: (line) => {
        this.#take(line);
        this.#changed.wake();
      },
    });
  }

  async run(): Promise<Registered> {
    const { serverPassword, user, realName, sasl, away } = this.#registration;
    this.#connection.sendNow('CAP', ['LS', '302']);
    // Nothing that matters is said to a server that may not speak IRC at all, or that wants TLS for it (STS).
    if (!this.#connection.secure)
      await this.#until(() => this.#negotiation.listed || this.#withoutCap, FIRST_WORD_WITHIN);
    if (serverPassword !== null) this.#connection.sendNow('PASS', [await serverPassword()]);
    this.#connection.sendNow('NICK', [this.#nick]);
    this.#connection.sendNow('USER', [user, '0', '*', realName]);
    await this.#until(() => this.#negotiation.settled || this.#welcomed);
    const mechanism = sasl === null ? null : await this.#signIn(sasl);
    if (this.#negotiation.settled && !this.#welcomed) {
      if (away !== null && this.#negotiation.enabled.has('draft/pre-away'))
        this.#connection.sendNow('AWAY', [away]);
      this.#connection.sendNow('CAP', ['END']);
    }
    await this.#until(() => this.#ready);
    this.#connection.registered();
    return {
      nick: this.#nick,
      support: this.#support,
      negotiation: this.#negotiation,
      mechanism,
      said: this.#said,
    };
  }

  stop(): void {
    clearTimeout(this.#lastWord);
    this.#changed.wake = () => {};
  }

  async #signIn(sasl: NonNullable<Registration['sasl']>): Promise<string> {
    const offer = this.#negotiation.offered.get('sasl');
    if (offer === undefined) throw new WireError('sasl-mechanism', 'the server offers no sign-in (SASL)');
    this.#negotiation.require('sasl');
    await this.#until(() => this.#negotiation.settled);
    if (!this.#negotiation.enabled.has('sasl'))
      throw new WireError('sasl-mechanism', 'the server refuses sign-in (SASL)');
    const mechanisms = offer === '' ? null : offer.toUpperCase().split(',');
    this.#sasl = new SaslSignIn(this.#connection, {
      ...sasl,
      mechanisms,
      private: this.#connection.secure || this.#registration.local,
    });
    return this.#sasl.start();
  }

  /** STS: `port` on a plain connection says where TLS is; nothing else it says counts there. */
  #followStrictTransport(): void {
    const value = this.#negotiation.offered.get('sts');
    if (value === undefined) return;
    if (this.#connection.secure) return this.#registration.strictTransport(value);
    const port = Number(/(?:^|,)port=(\d{1,5})(?:,|$)/.exec(value)?.[1]);
    if (port > 0 && port < 65_536)
      this.#fail(
        new WireError('strict-transport', `the server is to be reached by TLS on port ${port}`, { port }),
      );
  }

  #take(line: IrcLine): void {
    switch (line.command) {
      case 'CAP':
        this.#negotiation.take(line);
        return this.#followStrictTransport();
      case '421': // unknown command
      case '451': // not registered, and so nothing but NICK and USER
        this.#withoutCap = true;
        return;
      case '001':
        this.#welcomed = true;
        if (param(line, 0) !== '') this.#nick = param(line, 0);
        return;
      case '005':
        return this.#support.add(line.params.slice(1, -1));
      case '376':
      case '422':
        this.#ready = this.#welcomed;
        if (this.#ready) this.#connection.hold();
        return;
      case 'NOTICE':
      case '372':
        if (this.#said.length < MOST_SAID) this.#said.push(line);
        return;
      case 'NICK':
        if (line.source?.nick === this.#nick) this.#nick = param(line, 0) || this.#nick;
        return;
      case '432': // erroneous
      case '433': // in use
      case '436': // collision
      case '437': // unavailable
        return this.#anotherNick(line);
      case '464': // password incorrect
        return this.#fail(new WireError('sasl-failed', 'the server password is wrong', { line }));
      case '465': // banned
        return this.#banned(line);
      case 'ERROR':
        return this.#farewell(line);
      default:
        this.#sasl?.take(line);
    }
  }

  /** Some servers give the reason only with the ERROR behind it. */
  #banned(line: IrcLine): void {
    const error = new WireError('refused', lastParam(line), { line });
    this.farewell = error;
    this.#lastWord = setTimeout(() => {
      this.#fail(error);
      this.#changed.wake();
    }, LAST_WORD_WITHIN);
  }

  #farewell(line: IrcLine): void {
    const text = lastParam(line) || 'the server said goodbye';
    const no = this.farewell?.code === 'refused' ? this.farewell : null;
    this.farewell =
      no === null
        ? new WireError('closed-by-server', text, { line })
        : new WireError('refused', `${no.message} ${text}`, { line: no.line ?? line });
    this.#fail(this.farewell);
  }

  #anotherNick(line: IrcLine): void {
    if (this.#welcomed) return;
    this.#nickAttempts += 1;
    if (line.command === '432' || this.#nickAttempts > NICK_ATTEMPTS)
      return this.#fail(new WireError('refused', lastParam(line), { line }));
    const limit = this.#support.number('NICKLEN', 9);
    const tail = this.#nickAttempts <= 2 ? '_'.repeat(this.#nickAttempts) : String(Math.random()).slice(2, 5);
    const { nick } = this.#registration;
    this.#nick =
      (nick.length + tail.length <= Math.max(limit, nick.length) ? nick : nick.slice(0, -tail.length)) + tail;
    this.#connection.sendNow('NICK', [this.#nick]);
  }

  #fail(error: WireError): void {
    this.#failure ??= error;
  }

  /** Waits until it is so; a failure ends the waiting, and a deadline too, without complaint. */
  async #until(condition: () => boolean, within?: number): Promise<void> {
    const deadline = within === undefined ? Number.POSITIVE_INFINITY : performance.now() + within;
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      if (this.#connection.error !== null) throw this.#connection.error;
      if (condition() || performance.now() >= deadline) return;
      await new Promise<void>((resolve) => {
        const timer = within === undefined ? null : setTimeout(resolve, deadline - performance.now());
        this.#changed.wake = () => {
          if (timer !== null) clearTimeout(timer);
          resolve();
        };
        void this.#connection.ended.then(this.#changed.wake);
      });
    }
  }
}
