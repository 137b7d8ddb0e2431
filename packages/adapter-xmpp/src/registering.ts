import { errorData, NatterError, type Step } from '@natter/core/model';
import { Element } from '@xmpp/xml';
import type { Identity } from './credentials.ts';
import { readRegistration, type RegistrationForm, type Values } from './mapping/registration-form.ts';
import { connect, withinLimit, type ConnectOptions } from './wire/connect.ts';
import { authenticate, secureStream } from './wire/login.ts';
import { NS } from './wire/namespaces.ts';
import type { XmppStream } from './wire/stream.ts';

/** A stream on which the server waits for the form to come back. */
interface Asked {
  readonly stream: XmppStream;
  readonly features: Element;
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
    options: ConnectOptions & { readonly identity: Identity; readonly allowInsecure: boolean },
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
    const setup = async (stream: XmppStream, inner: AbortSignal): Promise<string> => {
      await stream.request('set', null, asked.form.answer(values), inner);
      const credentials = { username: identity.local, password: () => Promise.resolve(password) };
      return authenticate(stream, asked.features, credentials);
    };
    const mechanism = await withinLimit(asked.stream, setup, signal);
    await this.close();
    return { mechanism };
  }

  async close(): Promise<void> {
    const asked = this.#asked;
    this.#asked = null;
    await asked?.stream.close();
  }

  async #ask(
    options: ConnectOptions & { readonly identity: Identity; readonly allowInsecure: boolean },
    signal: AbortSignal,
  ): Promise<Asked> {
    this.#shown = false;
    const { stream, result } = await connect(
      options,
      async (stream, inner) => {
        const features = await secureStream(stream, options.identity.bare, options.allowInsecure, inner);
        const query = new Element('query', { xmlns: NS.register });
        const answer = await stream.request('get', null, query, inner);
        return { features, form: readRegistration(answer.getChild('query', NS.register) ?? query) };
      },
      signal,
    );
    this.#asked = { stream, ...result };
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
