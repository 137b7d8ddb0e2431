import {
  NatterError,
  errorData,
  remoteKey,
  type Answer,
  type BaseHost,
  type Field,
  type Interaction,
  type LoginStart,
  type Step,
} from '@natter/core';
import type { RegistrationMode, SignedIn } from '@natter/native-protocol';
import { locate } from '../mapping/address.ts';
import { decodeCredential, encodeCredential, secretName } from '../mapping/credential.ts';
import { errorOf } from '../mapping/errors.ts';
import { parseConfig } from '../mapping/config.ts';
import type { Settings } from '../options.ts';
import { connect, type Greeted } from './connect.ts';

/**
 * Signing in by password, or registering. One form, one attempt: a wrong password is a failed step, so that nothing tries it
 * again by itself. The password is used once and not kept; the device's token is what stays.
 */
export class Login implements Interaction {
  readonly #start: LoginStart;
  readonly #host: BaseHost;
  readonly #settings: Settings;
  readonly #cancelled = new AbortController();
  #state: 'new' | 'asked' | 'over' = 'new';

  constructor(start: LoginStart, host: BaseHost, settings: Settings) {
    this.#start = start;
    this.#host = host;
    this.#settings = settings;
  }

  async next(answer: Answer | null, signal: AbortSignal): Promise<Step> {
    const either = AbortSignal.any([signal, this.#cancelled.signal]);
    try {
      if (this.#state === 'over')
        throw new NatterError(errorData('closed', 'this sign-in is over', { scope: 'account' }));
      if (this.#state === 'new' || answer === null) {
        const form = await this.#form(either);
        this.#state = 'asked';
        return form;
      }
      this.#state = 'over';
      return await this.#submit(answer.values, either);
    } catch (caught) {
      this.#state = 'over';
      // An abort closes the connection, and that is what the caller would hear of otherwise.
      return { kind: 'failed', error: either.aborted ? cancelled : errorOf(caught, 'account') };
    }
  }

  async cancel(): Promise<void> {
    this.#state = 'over';
    this.#cancelled.abort();
  }

  /** A wrong address shows before a password is asked for; whether an invitation is needed, only the server knows. */
  async #form(signal: AbortSignal): Promise<Step> {
    const { purpose, address, config } = this.#start;
    locate(address, parseConfig(config));
    if (purpose !== 'register') return { kind: 'fields', title: `Sign in as ${address}`, fields: [password] };
    const mode = await this.#during(signal, async ({ welcome }) => welcome.registration);
    if (mode === 'closed') throw new NatterError(registrationClosed);
    return {
      kind: 'fields',
      title: `Register ${address}`,
      fields: fieldsOf(mode, parseConfig(config).invite),
    };
  }

  async #submit(values: Answer['values'], signal: AbortSignal): Promise<Step> {
    const { password } = values;
    if (password === undefined || password === '') throw new NatterError(emptyPassword);
    return this.#during(signal, async (greeted) => {
      const account = await this.#authenticate(greeted, password, values['invite'], signal);
      const { address, device, token } = account;
      await this.#host.setSecret(secretName, encodeCredential({ device, token }));
      const { invite: _used, ...config } = this.#start.config;
      // An address does not say at which port its server listens, and the one that was typed is not kept.
      return {
        kind: 'done',
        key: remoteKey(address),
        address,
        config: { server: greeted.location.url, ...config },
      };
    });
  }

  async #authenticate(
    { connection, location }: Greeted,
    password: string,
    invite: string | undefined,
    signal: AbortSignal,
  ): Promise<SignedIn> {
    const { user } = location;
    const { deviceName } = this.#settings;
    if (this.#start.purpose === 'register') {
      const given = invite ?? parseConfig(this.#start.config).invite;
      const invitation = given === undefined || given === '' ? {} : { invite: given };
      return connection.request(
        'register',
        (id) => ({ type: 'register', id, user, password, deviceName, ...invitation }),
        signal,
      );
    }
    // The same device as before, so that its place in the update log is kept.
    const before = decodeCredential(await this.#host.secret(secretName));
    const device = before === null ? {} : { device: before.device };
    return connection.request(
      'sign-in',
      (id) => ({ type: 'sign-in', id, address: user, password, deviceName, ...device }),
      signal,
    );
  }

  /** Connects for as long as the task takes. */
  async #during<T>(signal: AbortSignal, task: (greeted: Greeted) => Promise<T>): Promise<T> {
    const greeted = await connect(this.#start.address, this.#start.config, this.#settings, signal);
    try {
      return await task(greeted);
    } finally {
      greeted.connection.close();
      await greeted.connection.closed;
    }
  }
}

const cancelled = errorData('aborted', 'the sign-in was cancelled', { scope: 'account' });

const emptyPassword = errorData('invalid', 'the password is empty', { scope: 'account' });

const registrationClosed = errorData(
  'registration-closed',
  'this server registers nobody; ask its operator for an account',
  { scope: 'account', userAction: 'contact-operator' },
);

const password: Field = { name: 'password', label: 'Password', secret: true, required: true };

function fieldsOf(mode: RegistrationMode, invite: string | undefined): readonly Field[] {
  if (mode === 'open' || invite !== undefined) return [password];
  return [password, { name: 'invite', label: 'Invitation', secret: false, required: true }];
}
