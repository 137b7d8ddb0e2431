import { errorData, NatterError, type Step } from '@natter/core/model';
import type { Credentials } from '../credentials.ts';
import { WireError } from '../wire/error.ts';
import { getNumber, getText } from '../wire/json.ts';
import { DEVICE_GRANT, postForm, type AuthorizationServer } from '../wire/oauth.ts';
import { credentialsOf, deviceFor, registerClient, scopeOf } from './oauth-client.ts';
import type { Attempt, Way } from './way.ts';

/** How long to wait between two questions where the server does not say (RFC 8628 section 3.2), milliseconds. */
const PAUSE = 5000;
const MOST_PAUSE = 60_000;
const LIFE = 30 * 60_000;

interface Begun {
  readonly clientId: string;
  readonly deviceCode: string;
  readonly page: string;
  readonly code: string | null;
  readonly expiresAt: number;
}

/** The device authorisation grant (Matrix 1.18, section "Device authorisation flow"): the browser may be on any device. */
export class DeviceGrant implements Way {
  readonly #server: AuthorizationServer;
  #begun: Begun | null = null;
  #shown: 'nothing' | 'code' | 'page' = 'nothing';
  #pause = PAUSE;
  #nextAt = 0;

  constructor(server: AuthorizationServer) {
    this.#server = server;
  }

  async next(attempt: Attempt): Promise<Credentials | Step> {
    const begun = (this.#begun ??= await this.#begin(attempt));
    if (this.#shown === 'nothing' && begun.code !== null) {
      this.#shown = 'code';
      return {
        kind: 'show',
        what: 'code',
        data: { code: begun.code, url: begun.page },
        actions: ['continue'],
      };
    }
    if (this.#shown !== 'page') {
      this.#shown = 'page';
      this.#nextAt = Date.now() + this.#pause;
      return { kind: 'open-url', url: begun.page, back: 'poll', expiresAt: begun.expiresAt };
    }
    if (Date.now() < this.#nextAt) return { kind: 'wait' };
    return this.#poll(attempt, begun);
  }

  close(): void {}

  async #begin(attempt: Attempt): Promise<Begun> {
    const { http, limits, signal } = attempt;
    const { device } = this.#server;
    if (device === null) throw new WireError('invalid', 'this server signs nobody in by another device');
    const clientId = await registerClient(attempt, this.#server, null);
    const form = { client_id: clientId, scope: scopeOf(deviceFor(attempt)) };
    const answer = await postForm({ http, limits }, device, form, signal);
    const deviceCode = getText(answer, 'device_code');
    const whole = getText(answer, 'verification_uri_complete');
    const page = whole ?? getText(answer, 'verification_uri');
    if (deviceCode === undefined || page === undefined)
      throw new WireError('protocol', 'the sign-in server began no sign-in');
    const seconds = getNumber(answer, 'interval');
    if (seconds !== undefined && seconds > 0) this.#pause = Math.min(seconds * 1000, MOST_PAUSE);
    const life = Math.min(Math.max(getNumber(answer, 'expires_in') ?? 0, 0) * 1000, LIFE);
    const expiresAt = Date.now() + (life === 0 ? LIFE : life);
    return { clientId, deviceCode, page, code: getText(answer, 'user_code') ?? null, expiresAt };
  }

  /** RFC 8628 section 3.5. */
  async #poll(attempt: Attempt, { clientId, deviceCode, expiresAt }: Begun): Promise<Credentials | Step> {
    const { http, limits, signal } = attempt;
    if (Date.now() > expiresAt) throw tooLate();
    const form = { grant_type: DEVICE_GRANT, device_code: deviceCode, client_id: clientId };
    try {
      const tokens = await postForm({ http, limits }, this.#server.token, form, signal);
      const { token, revocation } = this.#server;
      return await credentialsOf(attempt, tokens, { clientId, token, revocation });
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      if (error.errcode === 'expired_token') throw tooLate();
      const slower = error.errcode === 'slow_down' || error.code === 'timeout';
      if (!slower && error.errcode !== 'authorization_pending') throw error;
      if (slower) this.#pause += PAUSE;
      this.#nextAt = Date.now() + this.#pause;
      return { kind: 'wait' };
    }
  }
}

function tooLate(): NatterError {
  const message = 'nobody confirmed this sign-in in time; begin again';
  return new NatterError(errorData('timeout', message, { scope: 'account', userAction: 'sign-in' }));
}
