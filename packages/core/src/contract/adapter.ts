import type { AccountId, Answer, Capabilities, JsonObject, Step } from '../model/index.ts';
import type { BaseHost, SessionHost } from './host.ts';
import type { Session } from './session.ts';

/**
 * A network, as the hub sees it. Everything that crosses this contract is plain data, so that an account can live in a
 * worker. An adapter knows nothing of other accounts and of other adapters.
 */
export interface Adapter {
  /** `native`, `xmpp`, `matrix`, `irc`: what the user types as NETWORK. */
  readonly id: string;
  /** The network's name for people: `XMPP`. */
  readonly name: string;
  /** The version of this contract that the adapter was written for. */
  readonly contract: 1;
  /** The most that the network can do; accounts and conversations may have less. */
  readonly capabilities: Capabilities;
  /** JSON Schema of {@link AccountSpec.config}: what `--set` and forms accept. */
  readonly configSchema: JsonObject;
  /**
   * Signs in for the first time, registers, or signs in again. Needs no session and leaves none behind; what must be
   * remembered goes into the host's secrets, and becomes durable only when the last step is `done`.
   */
  login(start: LoginStart, host: BaseHost): Interaction;
  /** Makes the session object of an account. No I/O: that is {@link Session.run}. */
  open(account: AccountSpec, host: SessionHost): Session;
}

/** Why and for whom an interaction of sign-in starts. */
export interface LoginStart {
  readonly purpose: 'add' | 'register' | 'relogin';
  readonly address: string;
  readonly config: JsonObject;
  /** Set for `relogin`; for the others the id that the account will have. */
  readonly account: AccountId;
  /** The name of this installation, minted by the hub. */
  readonly deviceId: string;
}

/** What a session needs to know of its account. */
export interface AccountSpec {
  readonly id: AccountId;
  readonly address: string;
  readonly config: JsonObject;
  readonly deviceId: string;
}

/**
 * One run through a machine of data steps. `next(null)` gives the first step; after `done` or `failed` it is over. Faults
 * are `failed` steps, not rejections.
 */
export interface Interaction {
  next(answer: Answer | null, signal: AbortSignal): Promise<Step>;
  /** Ends it early and frees what it holds; harmless when it is over. */
  cancel(): Promise<void>;
  /**
   * Aborts once the other side has ended it by itself. A question that waits for the user is shown no more then; a front end
   * that has it open gets the last step by its next answer.
   */
  readonly over?: AbortSignal;
}
