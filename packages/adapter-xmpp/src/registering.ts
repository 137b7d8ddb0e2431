import { errorData, NatterError, type Step } from '@natter/core/model';
import { Element } from '@xmpp/xml';
import type { Identity } from './credentials.ts';
import { readRegistration, type RegistrationForm, type Values } from './mapping/registration-form.ts';
import { trySignIn, type TrySignInOptions } from './try-sign-in.ts';
import { connect, withinLimit } from './wire/connect.ts';
import { secureStream } from './wire/login.ts';
import { NS } from './wire/namespaces.ts';
import type { XmppStream } from './wire/stream.ts';

/** A stream on which the server waits for the form to come back. */
interface Asked {
  readonly stream: XmppStream;
  readonly form: RegistrationForm;
}

/**
 * Registers an account in-band (XEP-0077) on an encrypted stream before sign-in. The stream stays open while the user fills in the form,
 * as a puzzle in it is answered to whom it was put.
 */
export class Registering {
  #asked: Asked | null = null;
  #shown = false;
  /** What was answered to this form. */
  #values: Values = {};

  /** Gives what the user is to be asked next, or the mechanism by which the new account has signed in. Rejects with WireError. */
  async advance(
    options: TrySignInOptions,
    password: string,
    given: Values,
    signal: AbortSignal,
  ): Promise<Step | { readonly mechanism: string }> {
    const { identity } = options;
    const waiting = this.#asked?.stream.ended === false ? this.#asked : null;
    const asked = waiting ?? (await this.#ask(options, signal));
    // What was answered to an earlier form is no answer to this one.
    this.#values = waiting === null ? {} : { ...this.#values, ...given };
    const values = { ...this.#values, username: identity.local, password };
    const question = this.#question(asked.form, values, identity);
    if (question !== null) return question;
    const register = (stream: XmppStream, inner: AbortSignal): Promise<Element> =>
      stream.request('set', null, asked.form.answer(values), inner);
    await withinLimit(asked.stream, register, signal);
    await this.close();
    // On another stream: ejabberd 26 looks for the user when a stream begins, and knows none on the one that made it.
    return { mechanism: await trySignIn(options, password, signal) };
  }

  async close(): Promise<void> {
    const asked = this.#asked;
    this.#asked = null;
    await asked?.stream.close();
  }

  async #ask(options: TrySignInOptions, signal: AbortSignal): Promise<Asked> {
    this.#shown = false;
    const { stream, result } = await connect(
      options,
      async (stream, inner) => {
        await secureStream(stream, options.identity.bare, options.allowInsecure, inner);
        const query = new Element('query', { xmlns: NS.register });
        const answer = await stream.request('get', null, query, inner);
        return readRegistration(answer.getChild('query', NS.register) ?? query);
      },
      signal,
    );
    this.#asked = { stream, form: result };
    return this.#asked;
  }

  #question(form: RegistrationForm, values: Values, { bare }: Identity): Step | null {
    if (form.elsewhere !== null)
      throw new NatterError(
        errorData('registration-closed', `the server wants you to register at ${form.elsewhere}`, {
          scope: 'account',
        }),
      );
    const missing = form.fields.filter(({ name, required, value }) => required && !(values[name] ?? value));
    if (missing.length === 0) return null;
    if (form.puzzle !== null && !this.#shown) {
      this.#shown = true;
      return { kind: 'show', what: 'image', data: form.puzzle, actions: ['continue'] };
    }
    return { kind: 'fields', title: `Register ${bare}`, fields: missing };
  }
}
