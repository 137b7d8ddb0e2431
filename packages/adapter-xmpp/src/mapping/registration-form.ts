import type { Field, JsonObject } from '@natter/core/model';
import { Element } from '@xmpp/xml';
import { NS } from '../wire/namespaces.ts';
import { fillForm, readForm } from './form.ts';

/** What a user fills in. */
export type Values = Readonly<Record<string, string>>;

/** What a server wants to know before it makes an account (XEP-0077 section 3.1). */
export interface RegistrationForm {
  readonly fields: readonly Field[];
  /** A puzzle that the answers depend on (XEP-0158), for a person to look at: a `url`, or `data` in base64 of a `mediaType`. */
  readonly puzzle: JsonObject | null;
  /** Where to register instead, when there is nothing to fill in; null else. */
  readonly elsewhere: string | null;
  /** The request that makes the account. */
  answer(values: Values): Element;
}

/** Elements of the old form (XEP-0077 section 14.1) that are no question. */
const NO_QUESTION: readonly string[] = ['registered', 'instructions', 'x', 'key', 'data'];
/** Characters of a picture that goes to a front end. */
const MOST_PICTURE = 256 * 1024;

/** Reads what a server says when it is asked how to register. A form goes before old fields, and these before an address. */
export function readRegistration(query: Element): RegistrationForm {
  const form = query.getChild('x', NS.dataForms);
  const fields = form === undefined ? oldFields(query) : readForm(form).map(known);
  const url = safeUrl(query.getChild('x', NS.oob)?.getChildText('url'));
  return {
    fields,
    puzzle: form === undefined ? null : readPuzzle(query, form, url),
    elsewhere: fields.length === 0 ? url : null,
    answer(values) {
      const request = new Element('query', { xmlns: NS.register });
      if (form !== undefined) request.append(fillForm(form, values));
      else for (const { name } of fields) request.c(name).t(values[name] ?? '');
      const key = query.getChildText('key'); // section 14.1: obsolete, and to be given back as it came
      if (form === undefined && key) request.c('key').t(key);
      return request;
    },
  };
}

function oldFields(query: Element): Field[] {
  return query
    .getChildElements()
    .map((element) => element.getName())
    .filter((name) => !NO_QUESTION.includes(name))
    .map((name) => ({ name, label: name, secret: name === 'password', required: true }));
}

/** Name and password are needed whether the form says so or not, and so is the answer to a puzzle. */
function known(field: Field): Field {
  const needed = ['username', 'password', 'ocr'].includes(field.name);
  return needed ? { ...field, required: true } : field;
}

/** The first picture of a form (XEP-0221): on the web, or beside the form (XEP-0231). */
function readPuzzle(query: Element, form: Element, page: string | null): JsonObject | null {
  const addresses = form
    .getChildren('field')
    .flatMap((field) => field.getChild('media', NS.media)?.getChildren('uri') ?? [])
    .map((uri) => uri.getText().trim());
  if (addresses.length === 0) return null;
  const url = addresses.map(safeUrl).find((each) => each !== null) ?? page;
  const beside = query
    .getChildren('data', NS.bitsOfBinary)
    .find(({ attrs }) => addresses.includes(`cid:${String(attrs['cid'])}`));
  const data = beside?.getText().replaceAll(/\s/g, '') ?? '';
  return {
    ...(url === null ? {} : { url }),
    ...(data === '' || data.length > MOST_PICTURE
      ? {}
      : { mediaType: String(beside?.attrs['type'] ?? 'image/png'), data }),
  };
}

function safeUrl(text: string | null | undefined): string | null {
  return text && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) ? text : null;
}
