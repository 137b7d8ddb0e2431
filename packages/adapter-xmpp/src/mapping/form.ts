import type { Field } from '@natter/core/model';
import { Element } from '@xmpp/xml';
import { NS } from '../wire/namespaces.ts';

/** Types of field whose value may be several, here one a line. */
const SEVERAL: readonly string[] = ['text-multi', 'jid-multi', 'list-multi'];

/** The questions of a form (XEP-0004 section 3.2) as a front end asks them. */
export function readForm(form: Element): Field[] {
  return questions(form).map((field) => {
    const { var: name = '', label, type } = field.attrs as Readonly<Record<string, string | undefined>>;
    const options = field.getChildren('option').map((option) => option.getChildText('value') ?? '');
    const values = field.getChildren('value').map((value) => value.getText());
    const choices = type === 'boolean' ? ['1', '0'] : type === 'list-single' ? options : [];
    return {
      name,
      label: label ?? name,
      secret: type === 'text-private',
      required: field.getChild('required') !== undefined,
      ...(values.length === 0 ? {} : { value: type === 'boolean' ? truth(values[0]) : values.join('\n') }),
      ...(choices.length === 0 ? {} : { options: choices }),
    };
  });
}

/** The answer to a form: what was filled in, and what the server hid or proposed as it came. */
export function fillForm(form: Element, values: Readonly<Record<string, string>>): Element {
  const filled = new Element('x', { xmlns: NS.dataForms, type: 'submit' });
  for (const field of form.getChildren('field')) {
    const { var: name, type } = field.attrs as Readonly<Record<string, string | undefined>>;
    if (name === undefined || type === 'fixed') continue;
    const given = values[name];
    const before = field.getChildren('value').map((value) => value.getText());
    const now = given === undefined ? before : SEVERAL.includes(type ?? '') ? lines(given) : [given];
    if (now.length === 0 && given === undefined) continue;
    const answer = filled.c('field', { var: name });
    for (const value of now) answer.c('value').t(value);
  }
  return filled;
}

function questions(form: Element): Element[] {
  return form
    .getChildren('field')
    .filter(
      ({ attrs }) =>
        typeof attrs['var'] === 'string' && attrs['type'] !== 'fixed' && attrs['type'] !== 'hidden',
    );
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function truth(value: string | undefined): string {
  return value === '1' || value === 'true' ? '1' : '0';
}
