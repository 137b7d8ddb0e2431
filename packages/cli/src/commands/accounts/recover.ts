import type { JsonObject, Step } from '@natter/core';
import type { Arguments } from '../../command-line/arguments.ts';
import type { CommandContext } from '../../context.ts';
import { completeInteraction } from '../../interaction/complete.ts';
import { findAccount } from '../../link/choose-account.ts';
import { countOf } from '../../output/count.ts';
import { oneLine } from '../../output/sanitise.ts';
import { answerSource } from '../../prompts/answers.ts';

/** `natter account recover ACCOUNT [--replace | --reset]`. */
export async function recover(context: CommandContext): Promise<void> {
  const { given, output, signal } = context;
  if (given.flag('replace') && given.flag('reset'))
    throw given.error('--replace and --reset exclude each other: a reset makes a new key anyway');
  const link = await context.link();
  const { id: account } = await findAccount(link, given.word(0));
  const first = await link.call('account.interact', { account, about: 'recover' }, { signal });
  let told: JsonObject = {};
  await completeInteraction(context, link, first, answerSource(context), (_, step) => {
    told = step.data;
    return Promise.resolve(chosen(given, step));
  });
  output.item({ type: 'recovery', account, ...told }, () => text(told));
}

/** What the options say to the choices that there are. */
function chosen(given: Arguments, { actions }: Extract<Step, { kind: 'show' }>): string {
  const wanted = ['replace', 'reset'].find((name) => given.flag(name) && actions.includes(name));
  return wanted ?? actions[0] ?? '';
}

function text(told: JsonObject): string {
  const { recoveryKey, state, verified, keysFromBackup } = told;
  if (typeof recoveryKey === 'string')
    return `${oneLine(recoveryKey)}\nKeep it in a safe place: it opens everything, and nobody can make it again.`;
  if (typeof state === 'string') return oneLine(state);
  const keys =
    typeof keysFromBackup === 'number'
      ? `; ${countOf(keysFromBackup, 'key')} of older messages came back`
      : '';
  return `${verified === true ? 'this device is verified' : 'this device could not be verified'}${keys}`;
}
