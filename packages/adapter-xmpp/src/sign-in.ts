import type { BaseHost, Interaction, LoginStart } from '@natter/core';
import {
  remoteKey,
  toErrorData,
  type Answer,
  type ErrorData,
  type Field,
  type Step,
} from '@natter/core/model';
import { readConfig } from './config.ts';
import { KEY, MECHANISM, PASSWORD, readIdentity, type Identity } from './credentials.ts';
import { mapError } from './mapping/errors.ts';
import { Registering } from './registering.ts';
import { trySignIn } from './try-sign-in.ts';
import type { LinkTrust, Platform } from './wire/channel.ts';
import { WireError } from './wire/error.ts';
import type { WireLimits } from './wire/limits.ts';

/** What signing in takes beside the host. */
export interface SignInParts {
  readonly start: LoginStart;
  readonly host: BaseHost;
  readonly platform: Platform;
  readonly limits: WireLimits;
}

const KEY_FIELD: Field = {
  name: 'key',
  label: 'Key of the client certificate (PEM)',
  secret: true,
  required: true,
};
const PASSWORD_FIELD: Field = { name: 'password', label: 'Password', secret: true, required: true };

/**
 * Signs in once to see that it works, before anything is saved; for `register` it makes the account first. The mechanism
 * of this sign-in is the new pin, whatever the old one was: signing in by hand is how a user accepts a change.
 */
export class SignIn implements Interaction {
  readonly #parts: SignInParts;
  readonly #registering = new Registering();
  #answers: Record<string, string> = {};
  /** A certificate that the user was asked about, and those that the user trusts since. */
  #asked: WireError | null = null;
  #rejected: WireError | null = null;
  readonly #trusted: string[] = [];

  constructor(parts: SignInParts) {
    this.#parts = parts;
  }

  async next(answer: Answer | null, signal: AbortSignal): Promise<Step> {
    const { start } = this.#parts;
    try {
      const identity = readIdentity(start.address);
      readConfig(start.config); // a wrong setting is told before the user types a password
      // Who has a certificate signs in by it; an account is registered with a password all the same.
      const byKey = readConfig(start.config).certificate !== null && start.purpose !== 'register';
      const wanted = byKey ? KEY_FIELD : PASSWORD_FIELD;
      if (answer === null) return this.#fields(identity, [wanted]);
      this.#takeAnswer(answer);
      if (!this.#answers[wanted.name]) return this.#fields(identity, [wanted]);
      const question = await this.#attempt(identity, answer.values, signal);
      if (question !== null) return question;
      const config =
        this.#trusted.length === 0 ? {} : { config: { ...start.config, trusted: this.#trust().pinned } };
      return { kind: 'done', key: remoteKey(identity.bare), address: identity.bare, ...config };
    } catch (error) {
      const question = this.#certificateStep(error);
      if (question !== null) return question;
      await this.#registering.close();
      return { kind: 'failed', error: this.#describe(error) };
    }
  }

  #takeAnswer({ action, values }: Answer): void {
    const asked = this.#asked;
    this.#asked = null;
    this.#answers = { ...this.#answers, ...values };
    if (asked === null) return;
    const fingerprint = asked.certificate?.fingerprint;
    if (action !== 'trust' || fingerprint === undefined) {
      this.#rejected = asked;
      throw asked;
    }
    this.#trusted.push(fingerprint);
  }

  /**
   * A certificate that nobody vouches for may be trusted by the user, and by nobody else. One that has expired or is for
   * another name is a fault to be mended, and so is one that was rejected.
   */
  #certificateStep(error: unknown): Step | null {
    if (!(error instanceof WireError) || error.certificate === null) return null;
    const { certificate } = error;
    const unknown = certificate.problem === 'self-signed' || certificate.problem === 'unknown-issuer';
    if (!unknown || certificate.fingerprint === '' || this.#rejected === error) return null;
    this.#asked = error;
    return { kind: 'show', what: 'certificate', data: { ...certificate }, actions: ['trust', 'reject'] };
  }

  #trust(): LinkTrust {
    const { trust, certificate } = readConfig(this.#parts.start.config);
    const key = this.#answers['key'] ?? null;
    const client = certificate === null || key === null ? null : { certificate, key };
    return { ...trust, pinned: [...trust.pinned, ...this.#trusted], client };
  }

  async cancel(): Promise<void> {
    this.#answers = {};
    await this.#registering.close();
  }

  /** Gives what the server's registration form asks for beside what is known; null when all is done. */
  async #attempt(identity: Identity, given: Answer['values'], signal: AbortSignal): Promise<Step | null> {
    const { start, host, platform, limits } = this.#parts;
    const { server, allowInsecure } = readConfig(start.config);
    const password = this.#answers['password'] ?? '';
    const connection = { platform, domain: identity.domain, server, trust: this.#trust(), limits };
    const options = { ...connection, identity, allowInsecure };
    if (start.purpose !== 'register')
      return this.#keep(host, password, await trySignIn(options, password, signal));
    const outcome = await this.#registering.advance(options, password, given, signal);
    return 'kind' in outcome ? outcome : this.#keep(host, password, outcome.mechanism);
  }

  async #keep(host: BaseHost, password: string, mechanism: string): Promise<null> {
    await host.setSecret(PASSWORD, password || null);
    await host.setSecret(KEY, this.#answers['key'] || null);
    await host.setSecret(MECHANISM, mechanism);
    return null;
  }

  #fields({ bare }: Identity, fields: readonly Field[]): Step {
    const title = this.#parts.start.purpose === 'register' ? `Register ${bare}` : `Sign in to ${bare}`;
    return { kind: 'fields', title, fields };
  }

  #describe(error: unknown): ErrorData {
    if (!(error instanceof WireError)) return toErrorData(error, { scope: 'account' });
    const data = mapError(error);
    if (this.#parts.start.purpose !== 'register' || error.code !== 'stanza-error') return data;
    // XEP-0077 section 3.1
    if (data.code === 'conflict')
      return { ...data, message: `${this.#parts.start.address} is taken already` };
    if (data.code !== 'forbidden' && data.code !== 'unsupported') return data;
    const message = 'the server does not let anybody register';
    return { ...data, code: 'registration-closed', message, userAction: 'contact-operator' };
  }
}
