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
import type { TrustPolicy } from '@natter/wire';
import { BrowserSignIn } from './browser-sign-in.ts';
import { readConfig, type MatrixConfig, type SignInMethod } from './config.ts';
import { readSignIn, storeCredentials, storedCredentials, type Credentials } from './credentials.ts';
import { mapError } from './mapping/errors.ts';
import { localpartOf, readAddress, serverNameOf } from './mapping/keys.ts';
import { Api } from './wire/api.ts';
import { discover } from './wire/discovery.ts';
import { WireError } from './wire/error.ts';
import type { Platform } from './wire/http.ts';
import { get, getList, getText, isMap, type JsonMap } from './wire/json.ts';
import type { WireLimits } from './wire/limits.ts';
import { baseOf } from './wire/target.ts';

/** What signing in takes beside the host. */
export interface LoginParts {
  readonly start: LoginStart;
  readonly host: BaseHost;
  readonly platform: Platform;
  readonly limits: WireLimits;
}

const FIELDS: Record<'password' | 'token', Field> = {
  password: { name: 'password', label: 'Password', secret: true, required: true },
  token: { name: 'token', label: 'Access token', secret: true, required: true },
};

/**
 * Signs a device in: finds the homeserver, asks what it takes (a password, or a visit to its page in a browser), and keeps
 * the token. A relogin is the same device again, so that its keys stay good. The password is not kept.
 */
export class Login implements Interaction {
  readonly #parts: LoginParts;
  #answers: Record<string, string> = {};
  /** A certificate that the user was asked about, and those that the user trusts since. */
  #asked: WireError | null = null;
  readonly #trusted: string[] = [];
  #browser: BrowserSignIn | null = null;

  constructor(parts: LoginParts) {
    this.#parts = parts;
  }

  async next(answer: Answer | null, signal: AbortSignal): Promise<Step> {
    const { start } = this.#parts;
    try {
      if (signal.aborted) throw new WireError('aborted', 'the sign-in was given up');
      const userId = readAddress(start.address);
      if (userId === null) throw invalidAddress(start.address);
      if (start.purpose === 'register') throw cannotRegister();
      const config = readConfig(start.config); // a wrong setting is told before the user types a password
      if (config.server !== null) baseOf(config.server, config.allowInsecure);
      if (answer !== null) this.#take(answer);
      if (config.signIn === 'token' && !this.#answers['token']) return fields(userId, FIELDS.token);
      if (this.#browser !== null && this.#browser.token() === null)
        return { kind: 'wait', text: 'Waiting for the browser to come back' };
      return await this.#attempt(userId, config, signal);
    } catch (error) {
      const step = this.#certificateStep(error);
      if (step === null) this.#browser?.close();
      return step ?? { kind: 'failed', error: mapError(error) };
    }
  }

  cancel(): Promise<void> {
    this.#answers = {};
    this.#browser?.close();
    return Promise.resolve();
  }

  async #attempt(userId: string, config: MatrixConfig, signal: AbortSignal): Promise<Step> {
    const { start, host, platform, limits } = this.#parts;
    const trust = this.#trust(config);
    const http = platform.open(trust, limits);
    try {
      const { allowInsecure } = config;
      const base =
        config.server === null
          ? await discover(serverNameOf(userId), { http, limits, allowInsecure }, signal)
          : baseOf(config.server, allowInsecure);
      const api = new Api({ http, base, limits, token: () => this.#answers['token'] ?? null });
      const credentials = await this.#credentials(api, userId, config.signIn, signal);
      if ('kind' in credentials) return credentials;
      if (credentials.userId !== userId) throw somebodyElse(userId, credentials.userId);
      await storeCredentials(host, credentials);
      this.#browser?.close();
      const settings: JsonObject = {
        ...start.config,
        server: base,
        ...(this.#trusted.length === 0 ? {} : { trusted: trust.pinned }),
      };
      return { kind: 'done', key: remoteKey(userId), address: userId, config: settings };
    } finally {
      http.close();
    }
  }

  /** The credentials, or what is needed of the user first. */
  async #credentials(
    api: Api,
    userId: string,
    method: SignInMethod | null,
    signal: AbortSignal,
  ): Promise<Credentials | Step> {
    if (method === 'token') return this.#byToken(api, signal);
    const token = this.#browser?.token() ?? null;
    if (token !== null) return this.#signIn(api, userId, { type: 'm.login.token', token }, signal);
    const flows = await api.call({ method: 'GET', path: ['client', 'v3', 'login'], signal, anonymous: true });
    if (method !== 'sso' && offers(flows, 'm.login.password')) {
      const password = this.#answers['password'];
      if (!password) return fields(userId, FIELDS.password);
      const identifier = { type: 'm.id.user', user: localpartOf(userId) };
      return this.#signIn(api, userId, { type: 'm.login.password', identifier, password }, signal);
    }
    if (method === 'password' || !offers(flows, 'm.login.sso')) throw noWayIn(flows);
    this.#browser = await BrowserSignIn.begin(this.#parts.platform);
    return this.#browser.page(api.base);
  }

  async #signIn(api: Api, userId: string, proof: JsonMap, signal: AbortSignal): Promise<Credentials> {
    const known = await storedCredentials(this.#parts.host);
    const device = known?.userId === userId ? { device_id: known.deviceId } : {};
    const body = { ...proof, initial_device_display_name: 'natter', refresh_token: true, ...device };
    const path = ['client', 'v3', 'login'];
    const answer = await api
      .call({ method: 'POST', path, body, signal, anonymous: true })
      .catch(wrongPassword);
    const credentials = readSignIn(answer, Date.now());
    if (credentials === null) throw new WireError('protocol', 'the server signed nobody in');
    return credentials;
  }

  /** A token that was made elsewhere belongs to the device that it was made for. */
  async #byToken(api: Api, signal: AbortSignal): Promise<Credentials> {
    const answer = await api.call({ method: 'GET', path: ['client', 'v3', 'account', 'whoami'], signal });
    const credentials = readSignIn({ ...answer, access_token: this.#answers['token'] }, Date.now());
    if (credentials === null) throw new WireError('protocol', 'the server does not say whose token it is');
    return credentials;
  }

  #take({ action, values }: Answer): void {
    const asked = this.#asked;
    this.#asked = null;
    this.#answers = { ...this.#answers, ...values };
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

function fields(userId: string, field: Field): Step {
  return { kind: 'fields', title: `Sign in to ${userId}`, fields: [field] };
}

function offers(flows: JsonMap, type: string): boolean {
  return getList(flows, 'flows').some((flow) => isMap(flow) && get(flow, 'type') === type);
}

/** M_FORBIDDEN at sign-in is about the password; elsewhere it is about rights. */
function wrongPassword(error: unknown): never {
  if (!(error instanceof WireError) || error.errcode !== 'M_FORBIDDEN') throw error;
  throw new NatterError(
    errorData('authentication', 'the user name or the password is wrong', {
      scope: 'account',
      userAction: 'sign-in',
      condition: { status: error.status, errcode: 'M_FORBIDDEN' },
    }),
  );
}

function noWayIn(flows: JsonMap): NatterError {
  const types = getList(flows, 'flows').map((flow) => (isMap(flow) ? getText(flow, 'type') : undefined));
  const message =
    'this homeserver offers no way to sign in that natter knows; sign in with an access token: --set signIn=token --password-stdin';
  return new NatterError(
    errorData('unsupported', message, {
      scope: 'account',
      condition: { offered: types.filter((type) => type !== undefined).slice(0, 20) },
    }),
  );
}

function cannotRegister(): NatterError {
  const message = 'natter cannot register accounts on Matrix yet; register elsewhere and add the account';
  return new NatterError(errorData('unsupported', message, { scope: 'account' }));
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
