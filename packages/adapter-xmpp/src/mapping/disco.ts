import type { Element } from '@xmpp/xml';
import { toBase64, utf8 } from '@natter/wire';
import { NS } from '../wire/namespaces.ts';

/** What something on the network says that it is (XEP-0030). */
export interface Identity {
  readonly category: string;
  readonly type: string;
  readonly name: string | null;
  readonly language: string;
}

/** What something on the network says of itself. */
export interface DiscoInfo {
  readonly identities: readonly Identity[];
  readonly features: ReadonlySet<string>;
  /** The fields of its forms, by their name (XEP-0128). */
  readonly fields: ReadonlyMap<string, readonly string[]>;
}

/** An answer without anything in it. */
export const NO_INFO: DiscoInfo = { identities: [], features: new Set(), fields: new Map() };

/** Reads the answer to a disco#info request. */
export function readInfo(answer: Element): DiscoInfo {
  const query = answer.getChild('query', NS.discoInfo);
  if (query === undefined) return NO_INFO;
  const fields = forms(query).flatMap((form) => form.getChildren('field'));
  return {
    identities: query.getChildren('identity').map(readIdentity),
    features: new Set(query.getChildren('feature').map(({ attrs }) => String(attrs['var']))),
    fields: new Map(fields.map((field) => [String(field.attrs['var']), valuesOf(field)])),
  };
}

/** Whether it is of a kind, such as `conference/text`. */
export function isOf(info: DiscoInfo, category: string, type?: string): boolean {
  return info.identities.some(
    (each) => each.category === category && (type === undefined || each.type === type),
  );
}

/**
 * The hash by which an answer can be known again (XEP-0115 section 5.1), in base64. Null for an answer from which two
 * different ones of the same hash could be made: section 5.4 wants it refused.
 */
export async function verificationHash(
  answer: Element,
  algorithm: 'SHA-1' | 'SHA-256',
): Promise<string | null> {
  const text = verificationText(answer);
  if (text === null) return null;
  return toBase64(new Uint8Array(await crypto.subtle.digest(algorithm, utf8(text))));
}

function verificationText(answer: Element): string | null {
  const query = answer.getChild('query', NS.discoInfo);
  if (query === undefined) return null;
  const identities = query
    .getChildren('identity')
    .map(readIdentity)
    .map(({ category, type, language, name }) => `${category}/${type}/${language}/${name ?? ''}<`)
    .toSorted(byBytes);
  const features = query
    .getChildren('feature')
    .map(({ attrs }) => `${String(attrs['var'])}<`)
    .toSorted(byBytes);
  const extensions = forms(query).map(formText);
  const types = extensions.map(([type]) => type);
  if ([identities, features, types].some((list) => new Set(list).size !== list.length)) return null;
  const ordered = extensions.toSorted(([a], [b]) => byBytes(a, b)).map(([, text]) => text);
  return [...identities, ...features, ...ordered].join('');
}

/** Section 5.1, steps 6 and 7. */
function formText(form: Element): [type: string, text: string] {
  const fields = form.getChildren('field').map((field): [string, readonly string[]] => {
    return [String(field.attrs['var']), valuesOf(field).toSorted(byBytes)];
  });
  const type = fields.find(([name]) => name === 'FORM_TYPE')?.[1][0] ?? '';
  const rest = fields.filter(([name]) => name !== 'FORM_TYPE').toSorted(([a], [b]) => byBytes(a, b));
  const lines = rest.map(([name, values]) => [name, ...values].map((each) => `${each}<`).join(''));
  return [type, `${type}<${lines.join('')}`];
}

/** Only forms that say what they are count. */
function forms(query: Element): Element[] {
  return query
    .getChildren('x', NS.dataForms)
    .filter((form) => form.getChildren('field').some(({ attrs }) => attrs['var'] === 'FORM_TYPE'));
}

function valuesOf(field: Element): string[] {
  return field.getChildren('value').map((value) => value.getText());
}

function readIdentity({ attrs }: Element): Identity {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const name = text(attrs['name']);
  return {
    category: text(attrs['category']),
    type: text(attrs['type']),
    name: name === '' ? null : name,
    language: text(attrs['xml:lang']),
  };
}

/** i;octet (RFC 4790 section 9.3): by code point, which is what UTF-8 sorts by. */
function byBytes(a: string, b: string): number {
  const [left, right] = [utf8(a), utf8(b)];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
