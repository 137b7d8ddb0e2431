import type { Step } from '@natter/core/model';
import { WireError } from './wire/error.ts';
import type { Loopback, Platform } from './wire/http.ts';

/**
 * The way of a sign-in through the user's browser (Matrix 1.16, section "SSO client login"): the page is told, the browser
 * comes back to a listener on this machine with a token that is good once.
 */
export class BrowserSignIn {
  readonly #loopback: Loopback;
  #token: string | null = null;

  private constructor(loopback: Loopback) {
    this.#loopback = loopback;
    void loopback.received.then((answer) => (this.#token = answer.get('loginToken') ?? ''));
  }

  static async begin(platform: Platform): Promise<BrowserSignIn> {
    if (platform.loopback === null)
      throw new WireError('invalid', 'signing in by another page is not possible here; use an access token');
    return new BrowserSignIn(await platform.loopback());
  }

  /** The page to open. */
  page(base: string): Step {
    const url = `${base}/_matrix/client/v3/login/sso/redirect?redirectUrl=${encodeURIComponent(this.#loopback.url)}`;
    return { kind: 'open-url', url, back: 'loopback' };
  }

  /** The token, once the browser has come back; null until then. */
  token(): string | null {
    if (this.#token === '')
      throw new WireError('refused', 'the browser came back without a token', { status: 401 });
    return this.#token;
  }

  close(): void {
    this.#loopback.close();
  }
}
