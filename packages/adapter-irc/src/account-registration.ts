import { Asks } from './asks.ts';
import { openConnection, type SignInParts } from './open-connection.ts';
import type { IrcConnection } from './wire/connection.ts';
import { WireError } from './wire/error.ts';
import { lastParam, param, type IrcLine } from './wire/line.ts';

/** Capability `draft/account-registration`. */
const CAPABILITY = 'draft/account-registration';

/** How far a registration is. */
export type Registering =
  | { readonly state: 'done'; readonly account: string }
  /** The server has sent a code somewhere; `text` is its word for people. */
  | { readonly state: 'verify'; readonly account: string; readonly text: string };

/** Makes an account with the services of a server (draft/account-registration). The connection lives as long as the steps. */
export class AccountRegistration {
  readonly #connection: IrcConnection;
  readonly #asks: Asks;
  /** Whether the server makes no account without an address for mail. */
  readonly needsEmail: boolean;
  readonly #customName: boolean;

  private constructor(connection: IrcConnection, asks: Asks, value: string) {
    this.#connection = connection;
    this.#asks = asks;
    const flags = value.split(',');
    this.needsEmail = flags.includes('email-required');
    this.#customName = flags.includes('custom-account-name');
  }

  /** Connects under the nick and without an account. Rejects with WireError where nobody can register, or not this name. */
  static async start(parts: SignInParts, nick: string): Promise<AccountRegistration> {
    const { connection, registered } = await openConnection(parts);
    const { negotiation, support } = registered;
    const value = negotiation.offered.get(CAPABILITY);
    const taken = support.fold(registered.nick) !== support.fold(nick);
    if (value === undefined || !negotiation.enabled.has(CAPABILITY) || taken) {
      connection.quit(new WireError('disconnected', 'the registration is over'));
      throw taken
        ? new WireError('nick-taken', `somebody is ${nick} already`)
        : new WireError('no-registration', 'this server does not let natter register accounts');
    }
    const asks = new Asks({ connection, support, labels: () => false, time: parts.limits.answerTime });
    connection.listen({ line: (line) => void asks.take(line) });
    return new AccountRegistration(connection, asks, value);
  }

  /** `account` null for the nick. */
  register(
    account: string | null,
    email: string | null,
    password: string,
    signal: AbortSignal,
  ): Promise<Registering> {
    if (account !== null && !this.#customName)
      throw new WireError('invalid', 'on this server the account is called as the nick is');
    return this.#ask('REGISTER', [account ?? '*', email ?? '*', password], signal);
  }

  verify(account: string, code: string, signal: AbortSignal): Promise<Registering> {
    return this.#ask('VERIFY', [account, code], signal);
  }

  close(): void {
    this.#connection.quit(new WireError('disconnected', 'the registration is over'));
  }

  async #ask(command: string, params: readonly string[], signal: AbortSignal): Promise<Registering> {
    const judge = (line: IrcLine): 'end' | null => (line.command === command ? 'end' : null);
    const { lines } = await this.#asks.ask({ command, params, signal, judge });
    const answer = lines.find((line) => line.command === command);
    if (answer === undefined) throw new WireError('protocol', 'the server does not say what became of it');
    const account = param(answer, 1);
    return param(answer, 0) === 'VERIFICATION_REQUIRED'
      ? { state: 'verify', account, text: lastParam(answer) }
      : { state: 'done', account };
  }
}
