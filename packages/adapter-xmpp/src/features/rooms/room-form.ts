import type { Interaction, InteractionSubject } from '@natter/core';
import { errorData, type Answer, type ErrorData, type RemoteKey, type Step } from '@natter/core/model';
import { Element } from '@xmpp/xml';
import { mapError } from '../../mapping/errors.ts';
import { fillForm, readForm } from '../../mapping/form.ts';
import { asWireError } from '../../wire/error.ts';
import { NS } from '../../wire/namespaces.ts';
import type { XmppStream } from '../../wire/stream.ts';

/** The forms that rooms have: for their owners (XEP-0045 section 10.2), and for who wants to be a member (section 7.10). */
const FORMS: Readonly<
  Partial<Record<InteractionSubject, { readonly namespace: string; readonly title: string }>>
> = {
  'configure-room': { namespace: NS.mucOwner, title: 'Settings of' },
  'register-room': { namespace: NS.register, title: 'Register with' },
};

/** One form of a room, from the question to the answer that the room takes. */
export class RoomForm implements Interaction {
  readonly #stream: XmppStream;
  readonly #room: RemoteKey;
  readonly #about: { readonly namespace: string; readonly title: string };
  #form: Element | null = null;

  constructor(
    stream: XmppStream,
    room: RemoteKey,
    about: { readonly namespace: string; readonly title: string },
  ) {
    this.#stream = stream;
    this.#room = room;
    this.#about = about;
  }

  async next(answer: Answer | null, signal: AbortSignal): Promise<Step> {
    try {
      if (answer === null || this.#form === null) return await this.#ask(signal);
      await this.#send(fillForm(this.#form, answer.values), signal);
      return { kind: 'done', key: this.#room };
    } catch (error) {
      const data = mapError(asWireError(error), 'conversation');
      // A value that the room does not like may be corrected; anything else ends it.
      return data.code === 'invalid' && this.#form !== null ? this.#fields(this.#form, data) : failed(data);
    }
  }

  /** XEP-0045 section 10.2: a form that is not answered is taken back, or a new room would stay locked. */
  async cancel(): Promise<void> {
    if (this.#form === null) return;
    this.#form = null;
    await this.#send(new Element('x', { xmlns: NS.dataForms, type: 'cancel' })).catch(() => {}); // it may be gone already
  }

  async #ask(signal: AbortSignal): Promise<Step> {
    const { namespace } = this.#about;
    const query = new Element('query', { xmlns: namespace });
    const result = await this.#stream.request('get', this.#room, query, signal);
    const form = result.getChild('query', namespace)?.getChild('x', NS.dataForms);
    if (form === undefined)
      return failed(errorData('unsupported', 'this room has no such form', { scope: 'conversation' }));
    this.#form = form;
    return this.#fields(form);
  }

  #fields(form: Element, error?: ErrorData): Step {
    const title = `${this.#about.title} ${this.#room}`;
    return { kind: 'fields', title, fields: readForm(form), ...(error === undefined ? {} : { error }) };
  }

  async #send(form: Element, signal?: AbortSignal): Promise<void> {
    const query = new Element('query', { xmlns: this.#about.namespace });
    query.append(form);
    await this.#stream.request('set', this.#room, query, signal);
  }
}

/** The interaction about a form of a room; null for what rooms have no form for. */
export function roomForm(stream: XmppStream, about: InteractionSubject, room: RemoteKey): Interaction | null {
  const form = FORMS[about];
  return form === undefined ? null : new RoomForm(stream, room, form);
}

function failed(error: ErrorData): Step {
  return { kind: 'failed', error };
}
