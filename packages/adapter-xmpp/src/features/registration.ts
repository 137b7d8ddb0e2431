import type { Field } from '@natter/core/model';
import { Element } from '@xmpp/xml';
import { fillForm, readForm } from '../mapping/form.ts';
import { asWireError } from '../wire/error.ts';
import { NS } from '../wire/namespaces.ts';
import type { XmppStream } from '../wire/stream.ts';

/** Gives the account another password (XEP-0077 section 3.3). Rejects with WireError `stanza-error` where the server does not want it. */
export async function changePassword(
  stream: XmppStream,
  username: string,
  password: string,
  signal: AbortSignal,
): Promise<void> {
  const query = new Element('query', { xmlns: NS.register });
  query.c('username').t(username);
  query.c('password').t(password);
  await stream.request('set', stream.domain, query, signal);
}

/** Takes the account away (XEP-0077 section 3.2). Many servers do not answer, but end the stream of somebody whom they do not know any more. */
export async function unregister(stream: XmppStream, signal: AbortSignal): Promise<void> {
  const query = new Element('query', { xmlns: NS.register });
  query.c('remove');
  try {
    await stream.request('set', null, query, signal);
  } catch (error) {
    const { code, condition } = asWireError(error);
    if (code !== 'stream-error' || condition !== 'not-authorized') throw error;
  }
}

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
  const fields = form === undefined ? oldFields(query) : readForm(form).map(known);
  const missing = fields.filter(({ name, required, value }) => required && !(values[name] ?? value));
  if (missing.length > 0) return missing;
  const request = new Element('query', { xmlns: NS.register });
  if (form === undefined) for (const { name } of fields) request.c(name).t(values[name] ?? '');
  else request.append(fillForm(form, values));
  await stream.request('set', null, request, signal);
  return [];
}

function oldFields(query: Element | undefined): Field[] {
  const names = (query?.getChildElements() ?? []).map((element) => element.getName());
  return names
    .filter((name) => !NO_QUESTION.includes(name))
    .map((name) => ({ name, label: name, secret: name === 'password', required: true }));
}

/** Name and password are needed whether the form says so or not. */
function known(field: Field): Field {
  return field.name === 'username' || field.name === 'password' ? { ...field, required: true } : field;
}
