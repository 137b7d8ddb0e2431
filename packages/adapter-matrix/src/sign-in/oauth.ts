import type { Step } from '@natter/core/model';
import type { Credentials } from '../credentials.ts';
import { WireError } from '../wire/error.ts';
import { postForm, type AuthorizationServer } from '../wire/oauth.ts';
import { BrowserVisit } from './browser.ts';
import { credentialsOf, deviceFor, registerClient, scopeOf } from './oauth-client.ts';
import type { Attempt, Way } from './way.ts';

/** What is between the page that was opened and the browser that comes back. */
interface Begun {
  readonly clientId: string;
  readonly page: string;
  readonly state: string;
  readonly verifier: string;
}

/** The authorisation code grant with PKCE (Matrix 1.18, section "Authorisation code flow"), by a browser on this machine. */
export class OAuthSignIn implements Way {
  readonly #server: AuthorizationServer;
  readonly #creates: boolean;
  #visit: BrowserVisit | null = null;
  #begun: Begun | null = null;

  /** `creates`: the user has no account yet. */
  constructor(server: AuthorizationServer, creates: boolean) {
    this.#server = server;
    this.#creates = creates;
  }

  async next(attempt: Attempt): Promise<Credentials | Step> {
    const visit = (this.#visit ??= await BrowserVisit.begin(attempt.platform));
    const begun = (this.#begun ??= await this.#begin(attempt, visit.back));
    const { answer } = visit;
    return answer === null ? visit.step(begun.page) : this.#exchange(attempt, answer, begun);
  }

  close(): void {
    this.#visit?.close();
  }

  async #begin(attempt: Attempt, back: string): Promise<Begun> {
    const { authorization } = this.#server;
    if (authorization === null)
      throw new WireError('protocol', 'the sign-in server has no page to sign in at');
    const clientId = await registerClient(attempt, this.#server, back);
    const state = random();
    const verifier = random();
    const page = new URL(authorization);
    const parameters = {
      response_type: 'code',
      response_mode: 'query', // to our own machine
      client_id: clientId,
      redirect_uri: back,
      scope: scopeOf(deviceFor(attempt)),
      state,
      code_challenge: await challengeOf(verifier),
      code_challenge_method: 'S256',
      ...(this.#creates ? { prompt: 'create' } : {}),
    };
    for (const [name, value] of Object.entries(parameters)) page.searchParams.set(name, value);
    return { clientId, page: page.href, state, verifier };
  }

  async #exchange(
    attempt: Attempt,
    answer: URLSearchParams,
    { clientId, state, verifier }: Begun,
  ): Promise<Credentials> {
    const { http, limits, signal } = attempt;
    // RFC 6749 section 10.12: somebody else's code would sign us in as somebody else.
    if (answer.get('state') !== state)
      throw new WireError('refused', 'the browser came back from another sign-in', { status: 401 });
    const failure = answer.get('error');
    if (failure !== null)
      throw new WireError('refused', answer.get('error_description') ?? failure, {
        status: 401,
        errcode: failure,
      });
    const form = {
      grant_type: 'authorization_code',
      code: answer.get('code') ?? '',
      redirect_uri: this.#visit?.back ?? '',
      client_id: clientId,
      code_verifier: verifier,
    };
    const tokens = await postForm({ http, limits }, this.#server.token, form, signal);
    const { token, revocation } = this.#server;
    return credentialsOf(attempt, tokens, { clientId, token, revocation });
  }
}

/** 43 characters that nobody guesses (RFC 7636 section 4.1). */
function random(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

async function challengeOf(verifier: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return base64Url(new Uint8Array(hash));
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
