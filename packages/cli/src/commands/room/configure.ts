import type { Field, InteractionStep } from '@natter/core';
import { NatterError, errorData } from '@natter/core/error';
import type { Arguments } from '../../command-line/arguments.ts';
import type { CommandContext } from '../../context.ts';
import { oneLine } from '../../output/sanitise.ts';
import { findRoom } from './find-room.ts';

/** `natter room configure ROOM [--set NAME=VALUE]...`: without settings it lists those that there are. */
export async function configureRoom(context: CommandContext): Promise<void> {
  const { given, signal } = context;
  const link = await context.link();
  const { account, conversation } = await findRoom(context, link);
  const about = { account, about: 'configure-room', target: conversation } as const;
  const { interaction, fields } = readFields(await link.call('account.interact', about, { signal }));
  try {
    const values = readSettings(given, fields);
    if (Object.keys(values).length === 0) {
      await link.call('interaction.cancel', { interaction }, { signal });
      return list(context, fields);
    }
    const answer = { action: 'submit', values };
    const { step } = await link.call('interaction.answer', { interaction, answer }, { signal });
    if (step.kind !== 'done') throw refusal(step);
    list(
      context,
      fields.flatMap((field) => {
        const value = values[field.name];
        return value === undefined ? [] : [{ ...field, value }];
      }),
    );
  } catch (error) {
    // Best effort: the error that is on its way says what went wrong.
    await link.call('interaction.cancel', { interaction }, { deadline: 2000 }).catch(() => null);
    throw error;
  }
}

function readFields({ interaction, step }: InteractionStep): {
  interaction: string;
  fields: readonly Field[];
} {
  if (step.kind === 'fields') return { interaction, fields: step.fields };
  throw refusal(step);
}

function refusal(step: InteractionStep['step']): NatterError {
  const error = 'error' in step ? step.error : undefined;
  return new NatterError(error ?? errorData('protocol', 'the room answered with something else than asked'));
}

function readSettings(given: Arguments, fields: readonly Field[]): Readonly<Record<string, string>> {
  const names = fields.map(({ name }) => name);
  const settings = given.texts('set').map((text): [string, string] => {
    const at = text.indexOf('=');
    if (at < 1) throw given.error(`--set takes NAME=VALUE, not '${text}'`);
    const name = text.slice(0, at);
    if (!names.includes(name))
      throw given.error(`the room has no setting '${name}'; there are ${names.join(', ')}`);
    return [name, text.slice(at + 1)];
  });
  return Object.fromEntries(settings);
}

function list({ output }: CommandContext, fields: readonly Field[]): void {
  for (const { name, label, value = '', options } of fields) {
    const setting = { name, label, value, ...(options === undefined ? {} : { options }) };
    const choices = options === undefined ? '' : `  (${options.map(oneLine).join(' | ')})`;
    output.item(
      { type: 'setting', ...setting },
      () => `${oneLine(name)}=${oneLine(value)}  ${oneLine(label)}${choices}`,
    );
  }
}
