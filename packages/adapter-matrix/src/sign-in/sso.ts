import type { Step } from '@natter/core/model';
import type { Credentials } from '../credentials.ts';
import { WireError } from '../wire/error.ts';
import { BrowserVisit } from './browser.ts';
import { login } from './password.ts';
import type { Attempt, Way } from './way.ts';

/** The homeserver's own page, from which the browser comes back with a token that is good once (Matrix 1.18, section "Client login via SSO"). */
export class SsoSignIn implements Way {
  #visit: BrowserVisit | null = null;

  async next(attempt: Attempt): Promise<Credentials | Step> {
    this.#visit ??= await BrowserVisit.begin(attempt.platform);
    const { answer, back } = this.#visit;
    const page = `${attempt.api.base}/_matrix/client/v3/login/sso/redirect?redirectUrl=${encodeURIComponent(back)}&action=login`;
    if (answer === null) return this.#visit.step(page);
    const token = answer.get('loginToken') ?? '';
    if (token === '')
      throw new WireError('refused', 'the browser came back without a token', { status: 401 });
    return login(attempt, { type: 'm.login.token', token });
  }

  close(): void {
    this.#visit?.close();
  }
}
