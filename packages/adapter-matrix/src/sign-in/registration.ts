import { errorData, NatterError, type Field, type Step } from '@natter/core/model';
import { readSignIn, type Credentials } from '../credentials.ts';
import { readInteractiveAuth, readTerms, type InteractiveAuth } from '../mapping/interactive-auth.ts';
import { localpartOf } from '../mapping/keys.ts';
import { refusal } from '../wire/api.ts';
import { WireError } from '../wire/error.ts';
import { parseJson, readBody, type JsonMap } from '../wire/json.ts';
import { fields } from './password.ts';
import { DEVICE_NAME, type Attempt, type Way } from './way.ts';

const PASSWORD: Field = { name: 'password', label: 'New password', secret: true, required: true };
const TOKEN: Field = {
  name: 'registrationToken',
  label: 'Registration token',
  secret: false,
  required: true,
};
/** Milliseconds between two questions whether the user is done on a page of the server. */
const PAUSE = 3000;
/** Stages that the server may want one after the other; more is a circle. */
const MOST_STAGES = 20;

/**
 * Makes an account and signs in to it (Matrix 1.18, section "Account registration" of the legacy API). What the server
 * wants to know of the user becomes steps; what natter has no step for is done on the server's own page.
 */
export class Registration implements Way {
  #auth: InteractiveAuth | null = null;
  /** The stage that goes on in a browser. */
  #page: string | null = null;
  #nextAt = 0;

  async next(attempt: Attempt): Promise<Credentials | Step> {
    const { userId, values } = attempt;
    if (!values['password']) return fields(`Register ${userId}`, PASSWORD);
    for (let stage = 0; stage < MOST_STAGES; stage += 1) {
      const auth = stage === 0 ? this.#answered(attempt) : this.#own(attempt);
      if (auth !== null && 'kind' in auth) return auth;
      const result = await this.#ask(attempt, auth);
      if (result !== null) return result;
    }
    throw new WireError('protocol', 'the server never has enough of questions');
  }

  close(): void {}

  /** How the user's answer passes the stage, or the step that asks for it. */
  #answered(attempt: Attempt): { readonly auth: JsonMap } | Step | null {
    const { answer } = attempt;
    if (this.#auth?.stage === 'm.login.terms' && answer !== null) {
      if (answer.action !== 'accept') throw rejected();
      return this.#stage({});
    }
    const token = answer?.values['registrationToken'];
    if (this.#auth?.stage === 'm.login.registration_token' && token) return this.#stage({ token });
    if (this.#page === null) return this.#own(attempt);
    if (Date.now() < this.#nextAt) return { kind: 'wait' };
    this.#nextAt = Date.now() + PAUSE;
    return { auth: { session: this.#auth?.session ?? null } };
  }

  /** How a stage is passed that we have all for, or the step that asks for what is missing. */
  #own({ api, userId, values, config }: Attempt): { readonly auth: JsonMap } | Step | null {
    if (this.#auth === null) return null;
    const { stage, session, parameters, failure } = this.#auth;
    if (stage === null) throw new WireError('protocol', 'the server offers no way to register');
    if (stage === 'm.login.dummy') return this.#stage({});
    if (stage === 'm.login.registration_token') {
      const token = values['registrationToken'] ?? config.registrationToken;
      if (token !== null && failure === null) return this.#stage({ token });
      const error =
        failure === null ? {} : { error: errorData('registration-closed', failure, { scope: 'account' }) };
      return { kind: 'fields', title: `Register ${userId}`, fields: [TOKEN], ...error };
    }
    if (stage === 'm.login.terms')
      return { kind: 'show', what: 'text', data: readTerms(parameters), actions: ['accept', 'reject'] };
    if (this.#page === stage) return { kind: 'wait' };
    if (session === null)
      throw new WireError('protocol', 'the server wants us on a page and does not say which');
    this.#page = stage;
    this.#nextAt = Date.now() + PAUSE;
    // Matrix 1.18, section "Fallback": recaptcha, mail and whatever else there is.
    const path = `_matrix/client/v3/auth/${encodeURIComponent(stage)}/fallback/web`;
    const url = `${api.base}/${path}?session=${encodeURIComponent(session)}`;
    return { kind: 'open-url', url, back: 'poll' };
  }

  #stage(proof: JsonMap): { readonly auth: JsonMap } {
    const { stage, session } = this.#auth ?? { stage: null, session: null };
    return { auth: { type: stage, ...(session === null ? {} : { session }), ...proof } };
  }

  /** The credentials; null when the server wants a next stage, which is remembered. */
  async #ask(attempt: Attempt, auth: { readonly auth: JsonMap } | null): Promise<Credentials | null> {
    const { api, userId, values, limits, signal } = attempt;
    const answer = await api.send({
      method: 'POST',
      path: ['client', 'v3', 'register'],
      body: {
        username: localpartOf(userId),
        password: values['password'] ?? '',
        initial_device_display_name: DEVICE_NAME,
        refresh_token: true,
        ...auth,
      },
      anonymous: true,
      signal,
    });
    const text = await readBody(answer, limits.answerBytes);
    if (answer.status >= 200 && answer.status < 300) {
      const credentials = readSignIn(parseJson(text, 20), Date.now());
      if (credentials === null) throw new WireError('protocol', 'the server registered nobody');
      return credentials;
    }
    const wanted = answer.status === 401 ? readInteractiveAuth(parseJson(text, 20)) : null;
    if (wanted === null) throw closed(refusal(answer, text));
    const session = wanted.session ?? this.#auth?.session ?? null;
    if (wanted.stage !== this.#page) this.#page = null;
    // Passed already, or in vain: the same thing again would be no better.
    if (wanted.stage === 'm.login.dummy' && wanted.failure !== null) throw refusal(answer, text);
    this.#auth = { ...wanted, session };
    return null;
  }
}

/** M_FORBIDDEN at registration says that nobody may. */
function closed(error: WireError): Error {
  if (error.errcode !== 'M_FORBIDDEN' && error.errcode !== 'M_UNRECOGNIZED') return error;
  const message = 'the server does not let anybody register here; ask its operator for an account';
  return new NatterError(
    errorData('registration-closed', message, {
      scope: 'account',
      userAction: 'contact-operator',
      condition: { status: error.status, errcode: error.errcode },
    }),
  );
}

function rejected(): NatterError {
  return new NatterError(
    errorData('aborted', 'without agreeing to the terms there is no account', { scope: 'account' }),
  );
}
