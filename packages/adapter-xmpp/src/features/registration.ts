import type { Field } from '@natter/core/model';
import { Element } from '@xmpp/xml';
import { NS } from '../wire/namespaces.ts';
import type { XmppStream } from '../wire/stream.ts';

/** Fields of the old form (XEP-0077 section 14.1) that are no question. */
const NO_QUESTION: readonly string[] = ['registered', 'instructions', 'x', 'key'];

/**
 * Registers an account in-band (XEP-0077) on an encrypted stream before sign-in. Gives the fields that the server asks
 * for and `values` lacks, having registered nothing; or nothing, having registered. Throws WireError `stanza-error`.
 */
export async function register(
  stream: XmppStream,
  values: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly Field[]> {
  const answer = await stream.request('get', null, new Element('query', { xmlns: NS.register }), signal);
  const query = answer.getChild('query', NS.register);
  const form = query?.getChild('x', NS.dataForms);
  const fields = form === undefined ? oldFields(query) : formFields(form);
  const missing = fields.filter(({ name, required, value }) => required && !(values[name] ?? value));
  if (missing.length > 0) return missing;
  const request = new Element('query', { xmlns: NS.register });
  if (form === undefined) for (const { name } of fields) request.c(name).t(values[name] ?? '');
  else request.append(filledForm(form, values));
  await stream.request('set', null, request, signal);
  return [];
}

function oldFields(query: Element | undefined): Field[] {
  const names = (query?.getChildElements() ?? []).map((element) => element.getName());
  return names
    .filter((name) => !NO_QUESTION.includes(name))
    .map((name) => ({ name, label: name, secret: name === 'password', required: true }));
}

/** XEP-0004 section 3.2. */
function formFields(form: Element): Field[] {
  return questions(form).map((field) => {
    const { var: name, label, type } = field.attrs as Readonly<Record<string, string | undefined>>;
    const options = field.getChildren('option').map((option) => option.getChildText('value') ?? '');
    const value = field.getChildText('value');
    return {
      name: name ?? '',
      label: label ?? name ?? '',
      secret: type === 'text-private',
      required: field.getChild('required') !== undefined || name === 'username' || name === 'password',
      ...(value === null ? {} : { value }),
      ...(options.length === 0 ? {} : { options }),
    };
  });
}

function questions(form: Element): Element[] {
  return form
    .getChildren('field')
    .filter(
      ({ attrs }) =>
        typeof attrs['var'] === 'string' && attrs['type'] !== 'fixed' && attrs['type'] !== 'hidden',
    );
}

/** What the server hid in the form goes back as it came. */
function filledForm(form: Element, values: Readonly<Record<string, string>>): Element {
  const filled = new Element('x', { xmlns: NS.dataForms, type: 'submit' });
  for (const field of form.getChildren('field')) {
    const name: unknown = field.attrs['var'];
    if (typeof name !== 'string') continue;
    const value = values[name] ?? field.getChildText('value');
    if (value !== null) filled.c('field', { var: name }).c('value').t(value);
  }
  return filled;
}
