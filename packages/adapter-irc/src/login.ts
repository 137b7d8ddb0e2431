import type { BaseHost, Interaction, LoginStart } from '@natter/core';
import {
  errorData,
  NatterError,
  remoteKey,
  type Answer,
  type Field,
  type JsonObject,
  type Step,
} from '@natter/core/model';
import { readConfig, type IrcConfig, type SignInMethod } from './config.ts';
import { KEY, MECHANISM, PASSWORD } from './credentials.ts';
import { readAddress } from './mapping/addresses.ts';
import { mapError } from './mapping/errors.ts';
import { openConnection } from './open-connection.ts';
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

  constructor(parts: LoginParts) {
    this.#parts = parts;
  }

  async next(answer: Answer | null, signal: AbortSignal): Promise<Step> {
    const { start } = this.#parts;
    try {
      if (signal.aborted) throw new WireError('aborted', 'the sign-in was given up');
      if (start.purpose === 'register')
        throw new NatterError(
          errorData(
            'unsupported',
            'natter cannot register accounts on IRC yet; register there and add the account',
            {
              scope: 'account',
            },
          ),
        );
      const config = readConfig(start.config); // a wrong setting is told before the user types a password
      routeOf(start.address, config, null);
      if (answer === null) {
        const fields = fieldsFor(config.signIn);
        if (fields.length > 0) return { kind: 'fields', title: `Sign in to ${start.address}`, fields };
      } else this.#take(answer);
      return await this.#attempt({ ...config, trust: this.#trust(config) }, signal);
    } catch (error) {
      return this.#certificateStep(error) ?? { kind: 'failed', error: mapError(error) };
    }
  }

  cancel(): Promise<void> {
    this.#answers = {};
    return Promise.resolve();
  }

  async #attempt(config: IrcConfig, signal: AbortSignal): Promise<Step> {
    const { start, host, platform, limits } = this.#parts;
    const password = this.#answers['password'] || null;
    const signIn: SignInMethod = config.signIn ?? (password === null ? 'none' : 'sasl');
    const secrets: Readonly<Record<string, string | null>> = {
      [PASSWORD]: password,
      [KEY]: this.#answers['key'] || null,
    };
    const { connection, registered } = await openConnection({
      address: start.address,
      config: { ...config, signIn },
      platform,
      limits,
      secret: async (name) => secrets[name] ?? null,
      log: (level, code, data) => host.log(level, code, data),
      strictPort: null,
      signal,
    });
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

  #trust(config: IrcConfig): IrcConfig['trust'] {
    return { ...config.trust, pinned: [...config.trust.pinned, ...this.#trusted] };
  }
}

/** What has to be asked: nothing for a nick without an account. */
function fieldsFor(method: SignInMethod | null): readonly Field[] {
  if (method === 'none') return [];
  if (method === 'external')
    return [{ name: 'key', label: 'Key of the client certificate (PEM)', secret: true, required: true }];
  const label = method === 'server' ? 'Server password' : 'Password (empty for none)';
  return [{ name: 'password', label, secret: true, required: method !== null }];
}
