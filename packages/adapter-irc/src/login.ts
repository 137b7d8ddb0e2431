import type { BaseHost, Interaction, LoginStart } from '@natter/core';
import { remoteKey, type Answer, type Field, type JsonObject, type Step } from '@natter/core/model';
import { AccountRegistration } from './account-registration.ts';
import { readConfig, type IrcConfig, type SignInMethod } from './config.ts';
import { KEY, MECHANISM, PASSWORD, STRICT_TRANSPORT } from './credentials.ts';
import { readAddress } from './mapping/addresses.ts';
import { NOBODY } from './mapping/away.ts';
import { clean, mapError } from './mapping/errors.ts';
import { openConnection, type SignInParts } from './open-connection.ts';
import { routeOf } from './target.ts';
import type { Platform } from './wire/channel.ts';
import { WireError } from './wire/error.ts';
import type { WireLimits } from './wire/limits.ts';

/** What signing in takes beside the host. */
export interface LoginParts {
  readonly start: LoginStart;
  readonly host: BaseHost;
  readonly platform: Platform;
  readonly limits: WireLimits;
}

/**
 * Signs in once to see that it works, before anything is saved. Without a password it is a nick without an account. The
 * mechanism of this sign-in is the new pin: signing in by hand is how a user accepts a change.
 */
export class Login implements Interaction {
  readonly #parts: LoginParts;
  #answers: Record<string, string> = {};
  /** A certificate that the user was asked about, and those that the user trusts since. */
  #asked: WireError | null = null;
  readonly #trusted: string[] = [];
  /** Open as long as an account is being made, and the account that waits for its code. */
  #registration: AccountRegistration | null = null;
  #unverified: string | null = null;

  constructor(parts: LoginParts) {
    this.#parts = parts;
  }

  async next(answer: Answer | null, signal: AbortSignal): Promise<Step> {
    const { start } = this.#parts;
    try {
      if (signal.aborted) throw new WireError('aborted', 'the sign-in was given up');
      const config = readConfig(start.config); // a wrong setting is told before the user types a password
      routeOf(start.address, config, null);
      if (answer === null) {
        const fields = start.purpose === 'register' ? [NEW_PASSWORD] : fieldsFor(config.signIn);
        const title = start.purpose === 'register' ? 'Register' : 'Sign in to';
        if (fields.length > 0) return { kind: 'fields', title: `${title} ${start.address}`, fields };
      } else this.#take(answer);
      if (start.purpose === 'register') {
        const step = await this.#register({ ...config, trust: this.#trust(config) }, signal);
        if (step !== null) return step;
      }
      return await this.#attempt({ ...config, trust: this.#trust(config) }, signal);
    } catch (error) {
      const step = this.#certificateStep(error) ?? this.#again(error);
      if (step !== null) return step;
      await this.cancel();
      return { kind: 'failed', error: mapError(error) };
    }
  }

  cancel(): Promise<void> {
    this.#registration?.close();
    this.#registration = null;
    this.#answers = {};
    return Promise.resolve();
  }

  /** Makes the account; a step when something is missing, null when it is there and one can sign in to it. */
  async #register(config: IrcConfig, signal: AbortSignal): Promise<Step | null> {
    const { password = '', email = '', code = '' } = this.#answers;
    const account = config.username;
    this.#registration ??= await AccountRegistration.start(
      this.#connectTo({ ...config, signIn: 'none' }, async () => null, signal),
      readAddress(this.#parts.start.address).nick,
    );
    const registration = this.#registration;
    if (registration.needsEmail && email === '') return fieldsStep('The server asks for an address', EMAIL);
    const unverified = this.#unverified;
    const told =
      unverified === null
        ? await registration.register(account, email === '' ? null : email, password, signal)
        : await registration.verify(unverified, code, signal);
    this.#unverified = told.state === 'verify' ? told.account : null;
    if (told.state === 'verify') return fieldsStep(clean(told.text) || 'The server has sent a code', CODE);
    registration.close();
    this.#registration = null;
    return null;
  }

  #connectTo(config: IrcConfig, secret: SignInParts['secret'], signal: AbortSignal): SignInParts {
    const { start, host, platform, limits } = this.#parts;
    return {
      address: start.address,
      config,
      platform,
      limits,
      secret,
      log: (level, code, data) => host.log(level, code, data),
      keep: (name, value) => host.setSecret(name, value),
      signal,
      away: NOBODY,
    };
  }

  async #attempt(config: IrcConfig, signal: AbortSignal): Promise<Step> {
    const { start, host } = this.#parts;
    const password = this.#answers['password'] || null;
    const signIn: SignInMethod =
      start.purpose === 'register' ? 'sasl' : (config.signIn ?? (password === null ? 'none' : 'sasl'));
    const secrets: Readonly<Record<string, string | null>> = {
      [PASSWORD]: password,
      [KEY]: wholePem(this.#answers['key'] ?? '') || null,
    };
    const secret = async (name: string): Promise<string | null> =>
      name === STRICT_TRANSPORT ? host.secret(name) : (secrets[name] ?? null);
    const { connection, registered } = await openConnection(
      this.#connectTo({ ...config, signIn }, secret, signal),
    );
    connection.quit(new WireError('disconnected', 'the sign-in is over'));
    for (const [name, value] of Object.entries(secrets))
      if (value !== null) await host.setSecret(name, value);
    await host.setSecret(MECHANISM, registered.mechanism);
    const settings: JsonObject = {
      ...start.config,
      signIn,
      ...(this.#trusted.length === 0 ? {} : { trusted: this.#trust(config).pinned }),
    };
    const { nick } = readAddress(start.address);
    const key = remoteKey(registered.support.fold(nick));
    return { kind: 'done', key, address: start.address.trim(), config: settings };
  }

  #take({ action, values }: Answer): void {
    const asked = this.#asked;
    this.#asked = null;
    this.#answers = { ...this.#answers, ...values };
    if (asked === null) return;
    const fingerprint = asked.certificate?.fingerprint;
    if (action !== 'trust' || fingerprint === undefined) throw Object.assign(asked, { rejected: true });
    this.#trusted.push(fingerprint);
  }

  /**
   * A certificate that nobody vouches for may be trusted by the user, and by nobody else. One that has expired or is for
   * another name is a fault to be mended, and so is one that was rejected.
   */
  #certificateStep(error: unknown): Step | null {
    if (!(error instanceof WireError) || error.certificate === null || 'rejected' in error) return null;
    const { certificate } = error;
    const unknown = certificate.problem === 'self-signed' || certificate.problem === 'unknown-issuer';
    if (!unknown || certificate.fingerprint === '') return null;
    this.#asked = error;
    return { kind: 'show', what: 'certificate', data: { ...certificate }, actions: ['trust', 'reject'] };
  }

  /** A code that was mistyped may be typed again. */
  #again(error: unknown): Step | null {
    const no = error instanceof WireError && error.code === 'refused' ? error.line : null;
    const mistyped = this.#unverified !== null && no?.command === 'FAIL' && no.params[1] === 'INVALID_CODE';
    return mistyped ? { ...fieldsStep('Once more', CODE), error: mapError(error) } : null;
  }

  #trust(config: IrcConfig): IrcConfig['trust'] {
    return { ...config.trust, pinned: [...config.trust.pinned, ...this.#trusted] };
  }
}

const NEW_PASSWORD: Field = {
  name: 'password',
  label: 'Password of the new account',
  secret: true,
  required: true,
};
const EMAIL: Field = { name: 'email', label: 'Address for mail', secret: false, required: true };
const CODE: Field = { name: 'code', label: 'Code', secret: false, required: true };

/** A PEM text that was typed or piped as one line, with spaces or `\\n` where the lines ended. */
function wholePem(text: string): string {
  const [, label, body = ''] = /^\s*-----BEGIN ([A-Z ]+)-----(.*?)-----END \1-----\s*$/s.exec(text) ?? [];
  if (label === undefined) return text;
  const lines = body.replace(/\\n/g, '\n').trim().split(/\s+/);
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

function fieldsStep(title: string, field: Field): Extract<Step, { kind: 'fields' }> {
  return { kind: 'fields', title, fields: [field] };
}

/** What has to be asked: nothing for a nick without an account. */
function fieldsFor(method: SignInMethod | null): readonly Field[] {
  if (method === 'none') return [];
  if (method === 'external')
    return [{ name: 'key', label: 'Key of the client certificate (PEM)', secret: true, required: true }];
  const label = method === 'server' ? 'Server password' : 'Password (empty for none)';
  return [{ name: 'password', label, secret: true, required: method !== null }];
}
