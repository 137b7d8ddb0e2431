import type { ErrorData, Field } from '@natter/core';
import { NatterError, errorData } from '@natter/core/error';
import type { CommandContext } from '../context.ts';
import { oneLine } from '../output/sanitise.ts';
import type { PasswordSource } from '../prompts/password.ts';

/** Values for the fields of a form, whose last answer may have been `rejected`: from the password source, the person at the terminal, or the form's own defaults. */
export async function fillFields(
  context: CommandContext,
  fields: readonly Field[],
  password: PasswordSource,
  rejected?: ErrorData,
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const field of fields) {
    const value = field.secret ? await password.read(oneLine(field.label)) : await ask(context, field);
    if (value !== null && value !== '') values[field.name] = value;
    else if (field.required)
      throw rejected === undefined ? missing(context, field) : new NatterError(rejected);
  }
  return values;
}

async function ask(context: CommandContext, field: Field): Promise<string | null> {
  const { value = null, options } = field;
  const hints = [...(options ?? []), ...(value === null ? [] : [`default ${value}`])];
  const label = hints.length === 0 ? field.label : `${field.label} (${hints.join(', ')})`;
  return (await context.terminal.ask(oneLine(label))) || value;
}

/** Ways for a secret to come without a terminal; each command has some. */
const secretOptions = ['password-stdin', 'password-command', 'answers-stdin'];

function missing(context: CommandContext, field: Field): Error {
  const { given, terminal } = context;
  const ways = secretOptions.filter((name) => given.takes(name)).map((name) => `--${name}`);
  if (field.secret && !terminal.present)
    return given.error(
      `'${oneLine(field.label)}' is needed and there is no terminal to ask at: use ${ways.join(' or ')}`,
    );
  return new NatterError(
    errorData('invalid', `${oneLine(field.label)} is needed`, { userAction: 'sign-in' }),
  );
}
