import type { BaseHost, Interaction, LoginStart } from '@natter/core';
import {
  errorData,
  NatterError,
  remoteKey,
  type Answer,
  type JsonObject,
  type Step,
} from '@natter/core/model';
import type { TrustPolicy } from '@natter/wire';
import { readConfig, type MatrixConfig } from './config.ts';
import { replaceCredentials, storedCredentials } from './credentials.ts';
import { mapError } from './mapping/errors.ts';
import { readAddress, serverNameOf } from './mapping/keys.ts';
import { chooseWay } from './sign-in/choose.ts';
import type { Attempt, Way } from './sign-in/way.ts';
import { Api } from './wire/api.ts';
import { discover } from './wire/discovery.ts';
import { WireError } from './wire/error.ts';
import type { HttpClient, Platform } from './wire/http.ts';
import type { WireLimits } from './wire/limits.ts';
import { baseOf } from './wire/target.ts';

/** What signing in takes beside the host. */
export interface LoginParts {
  readonly start: LoginStart;
  readonly host: BaseHost;
  readonly platform: Platform;
  readonly limits: WireLimits;
}

/**
 * Signs a device in, or registers its user first: finds the homeserver, asks what it takes, goes that way with the user,
 * and keeps the token. A relogin is the same device again where the server still has it, so that its keys stay good.
 */
export class Login implements Interaction {
  readonly #parts: LoginParts;
  #values: Record<string, string> = {};
  /** A certificate that the user was asked about, and those that the user trusts since. */
  #asked: WireError | null = null;
  readonly #trusted: string[] = [];
  #base: string | null = null;
  #way: Way | null = null;

  constructor(parts: LoginParts) {
    this.#parts = parts;
  }

  async next(answer: Answer | null, signal: AbortSignal): Promise<Step> {
    const { start } = this.#parts;
    try {
      if (signal.aborted) throw new WireError('aborted', 'the sign-in was given up');
      const userId = readAddress(start.address);
      if (userId === null) throw invalidAddress(start.address);
      const config = readConfig(start.config); // a wrong setting is told before the user types a password
      if (config.server !== null) baseOf(config.server, config.allowInsecure);
      if (answer !== null) this.#take(answer);
      return await this.#attempt({ userId, config, answer, signal });
    } catch (error) {
      const step = this.#certificateStep(error);
      if (step === null) this.#way?.close();
      return step ?? { kind: 'failed', error: mapError(error) };
    }
  }

  cancel(): Promise<void> {
    this.#values = {};
    this.#way?.close();
    return Promise.resolve();
  }

  async #attempt(asked: Pick<Attempt, 'userId' | 'config' | 'answer' | 'signal'>): Promise<Step> {
    const { start, host, platform, limits } = this.#parts;
    const { userId, config } = asked;
    const trust = this.#trust(config);
    const http = platform.open(trust, limits);
    try {
      const base = (this.#base ??= await this.#find(http, asked));
      const api = new Api({ http, base, limits, token: () => this.#values['token'] ?? null });
      const known = await storedCredentials(host);
      const deviceId = known?.userId === userId && !known.ended ? known.deviceId : null;
      const attempt = { ...asked, api, http, limits, platform, deviceId, values: this.#values };
      this.#way ??= await chooseWay(attempt, start.purpose === 'register');
      const credentials = await this.#way.next(attempt);
      if ('kind' in credentials) return credentials;
      if (credentials.userId !== userId) throw somebodyElse(userId, credentials.userId);
      await replaceCredentials(host, credentials);
      this.#way.close();
      const { registrationToken: _used, ...settings } = start.config;
      const pinned = this.#trusted.length === 0 ? {} : { trusted: [...trust.pinned] };
      const found: JsonObject = { ...settings, server: base, ...pinned };
      return { kind: 'done', key: remoteKey(userId), address: userId, config: found };
    } finally {
      http.close();
    }
  }

  async #find(
    http: HttpClient,
    { userId, config, signal }: Pick<Attempt, 'userId' | 'config' | 'signal'>,
  ): Promise<string> {
    const { limits } = this.#parts;
    const { server, allowInsecure } = config;
    return server === null
      ? discover(serverNameOf(userId), { http, limits, allowInsecure }, signal)
      : baseOf(server, allowInsecure);
  }

  #take({ action, values }: Answer): void {
    const asked = this.#asked;
    this.#asked = null;
    this.#values = { ...this.#values, ...values };
    if (asked === null) return;
    const fingerprint = asked.certificate?.fingerprint;
    if (action !== 'trust' || fingerprint === undefined) throw new Rejected(asked);
    this.#trusted.push(fingerprint);
  }

  /**
   * A certificate that nobody vouches for may be trusted by the user, and by nobody else. One that has expired or is for
   * another name is a fault to be mended, and so is one that was rejected.
   */
  #certificateStep(error: unknown): Step | null {
    if (error instanceof Rejected) return { kind: 'failed', error: mapError(error.certificateError) };
    if (!(error instanceof WireError) || error.certificate === null) return null;
    const { certificate } = error;
    const unknown = certificate.problem === 'self-signed' || certificate.problem === 'unknown-issuer';
    if (!unknown || certificate.fingerprint === '') return null;
    this.#asked = error;
    return { kind: 'show', what: 'certificate', data: { ...certificate }, actions: ['trust', 'reject'] };
  }

  #trust({ trust }: MatrixConfig): TrustPolicy {
    return { ...trust, pinned: [...trust.pinned, ...this.#trusted] };
  }
}

/** The user does not trust a certificate. */
class Rejected extends Error {
  readonly certificateError: WireError;

  constructor(certificateError: WireError) {
    super('the certificate was rejected');
    this.certificateError = certificateError;
  }
}

function invalidAddress(address: string): NatterError {
  return new NatterError(
    errorData('invalid', `"${address}" is no Matrix address; it looks like @name:example.org`, {
      scope: 'account',
      userAction: 'check-address',
    }),
  );
}

function somebodyElse(wanted: string, got: string): NatterError {
  return new NatterError(
    errorData('conflict', `the server signed ${got} in, not ${wanted}`, { scope: 'account' }),
  );
}
