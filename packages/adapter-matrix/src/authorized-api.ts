import type { BaseHost } from '@natter/core';
import { readTokens, storeCredentials, type Credentials, type OAuthSession } from './credentials.ts';
import { Api, type Call } from './wire/api.ts';
import { WireError } from './wire/error.ts';
import type { HttpAnswer, HttpClient } from './wire/http.ts';
import type { JsonMap } from './wire/json.ts';
import type { WireLimits } from './wire/limits.ts';
import { postForm } from './wire/oauth.ts';

/** A token that ends this soon (milliseconds) is renewed before it is used. */
const SOON = 30_000;

/** What calls of a signed-in device are made with. */
export interface AuthorizedParts {
  readonly host: BaseHost;
  readonly http: HttpClient;
  readonly base: string;
  readonly limits: WireLimits;
  readonly credentials: Credentials;
}

/**
 * The API with the tokens of one device. A token that has ended is renewed, and the new one is durable before it is used:
 * the server forgets the old one then (Matrix 1.16, section "Refreshing access tokens").
 */
export class AuthorizedApi {
  readonly #parts: AuthorizedParts;
  readonly #api: Api;
  #credentials: Credentials;
  #renewal: Promise<void> | null = null;

  constructor(parts: AuthorizedParts) {
    this.#parts = parts;
    this.#credentials = parts.credentials;
    const { http, base, limits } = parts;
    this.#api = new Api({ http, base, limits, token: () => this.#credentials.accessToken });
  }

  /** Who we are. */
  get userId(): string {
    return this.#credentials.userId;
  }

  /** The name of this device. */
  get deviceId(): string {
    return this.#credentials.deviceId;
  }

  /** Where the homeserver is. */
  get base(): string {
    return this.#api.base;
  }

  /** Like {@link Api.call}. */
  call(call: Call): Promise<JsonMap> {
    return this.#renewing(call.signal, () => this.#api.call(call));
  }

  /** Like {@link Api.send}. Answers of any status resolve, but that of an ended token. */
  send(call: Parameters<Api['send']>[0]): Promise<HttpAnswer> {
    return this.#renewing(call.signal, () => this.#api.send(call));
  }

  /** Asks somebody else than the homeserver, who is shown no token. Rejects with WireError. */
  elsewhere(url: URL, { signal, headers = {} }: Pick<Call, 'signal' | 'headers'>): Promise<HttpAnswer> {
    const { http, limits } = this.#parts;
    return http.send({ url, method: 'GET', headers, silence: limits.silence, signal });
  }

  async #renewing<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const { expiresAt, refreshToken, accessToken } = this.#credentials;
    if (refreshToken !== null && expiresAt !== null && expiresAt - Date.now() < SOON)
      await this.#renew(signal);
    try {
      return await work();
    } catch (error) {
      const ended = error instanceof WireError && error.errcode === 'M_UNKNOWN_TOKEN';
      if (!ended || this.#credentials.refreshToken === null) throw error;
      if (this.#credentials.accessToken === accessToken) await this.#renew(signal);
      return work();
    }
  }

  #renew(signal: AbortSignal): Promise<void> {
    this.#renewal ??= this.#askForTokens(signal).finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  async #askForTokens(signal: AbortSignal): Promise<void> {
    const { oauth } = this.#credentials;
    const answer = oauth === null ? await this.#refresh(signal) : await this.#refreshOAuth(oauth, signal);
    const tokens = readTokens(answer, Date.now());
    if (tokens === null) throw new WireError('protocol', 'the server renewed no token');
    const refreshToken = tokens.refreshToken ?? this.#credentials.refreshToken;
    const renewed = { ...this.#credentials, ...tokens, refreshToken };
    await storeCredentials(this.#parts.host, renewed);
    this.#credentials = renewed;
  }

  #refresh(signal: AbortSignal): Promise<JsonMap> {
    const body = { refresh_token: this.#credentials.refreshToken };
    const path = ['client', 'v3', 'refresh'];
    return this.#api.call({ method: 'POST', path, body, signal, anonymous: true });
  }

  /** Matrix 1.18, section "Refresh token grant": what the server refuses it will refuse again, so we are signed out. */
  async #refreshOAuth({ clientId, token }: OAuthSession, signal: AbortSignal): Promise<JsonMap> {
    const refreshToken = this.#credentials.refreshToken ?? '';
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId };
    try {
      return await postForm(this.#parts, token, form, signal);
    } catch (error) {
      const refused = error instanceof WireError && error.status >= 400 && error.status < 500;
      if (!refused || error.status === 429 || error.status === 408) throw error;
      throw new WireError('refused', error.message, {
        status: 401,
        errcode: 'M_UNKNOWN_TOKEN',
        cause: error,
      });
    }
  }

  /** Signs the device out, so that its tokens are worth nothing to who finds them. */
  async signOut(signal: AbortSignal): Promise<void> {
    const { oauth, refreshToken, accessToken } = this.#credentials;
    if (oauth === null || oauth.revocation === null) {
      await this.call({ method: 'POST', path: ['client', 'v3', 'logout'], body: {}, signal });
      return;
    }
    // Matrix 1.18, section "Token revocation": one token ends both.
    const form = {
      token: refreshToken ?? accessToken,
      token_type_hint: refreshToken === null ? 'access_token' : 'refresh_token',
      client_id: oauth.clientId,
    };
    await postForm(this.#parts, oauth.revocation, form, signal);
  }
}
