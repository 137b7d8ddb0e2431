import { setTimeout as delay } from 'node:timers/promises';
import type { AccountId, Answer, InteractionStep, Step } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError, errorData } from '@natter/core/error';
import type { CommandContext } from '../context.ts';
import { oneLine } from '../output/sanitise.ts';
import type { PasswordSource } from '../prompts/password.ts';
import { fillFields } from './fields.ts';
import { showStep, type ChooseAction } from './show.ts';

/** Times that a person may mistype. */
const mostAttempts = 3;

/** Milliseconds between two looks at a step that only waits. */
const pollPause = 1000;

/**
 * Leads a person, or the options of the command, through an interaction to its end: sign-in, registration, trust. The
 * answer is the account that it was about. A failed one throws its error; it is cancelled when it is left early. What is
 * shown is shown and answered by `choose`.
 */
export async function completeInteraction(
  context: CommandContext,
  link: ClientLink,
  first: InteractionStep,
  password: PasswordSource,
  choose: ChooseAction = showStep,
): Promise<AccountId | null> {
  let { interaction, step, account } = first;
  let attempt = 0;
  let told: string | undefined;
  try {
    while (step.kind !== 'done' && step.kind !== 'failed') {
      if (
        step.kind === 'fields' &&
        step.error !== undefined &&
        (!password.again || (attempt += 1) >= mostAttempts)
      )
        throw new NatterError(step.error);
      // What one waits for is said once, however often one looks.
      const again = step.kind === 'wait' && step.text === told;
      if (step.kind === 'wait') told = step.text;
      const answer = again ? await pause(context) : await answerStep(context, step, { password, choose });
      context.signal.throwIfAborted();
      ({ interaction, step, account } = await link.call(
        'interaction.answer',
        { interaction, answer },
        { signal: context.signal },
      ));
    }
  } catch (error) {
    // Best effort: the error that is on its way says what went wrong.
    await link.call('interaction.cancel', { interaction }, { deadline: 2000 }).catch(() => null);
    throw error;
  }
  if (step.kind === 'failed') throw new NatterError(step.error);
  return account;
}

async function answerStep(
  context: CommandContext,
  step: Exclude<Step, { kind: 'done' | 'failed' }>,
  { password, choose }: { password: PasswordSource; choose: ChooseAction },
): Promise<Answer | null> {
  switch (step.kind) {
    case 'fields':
      if (step.error) context.output.note(oneLine(step.error.message));
      return { action: 'submit', values: await fillFields(context, step.fields, password, step.error) };
    case 'show':
      return { action: await choose(context, step), values: {} };
    case 'open-url':
      context.output.request(
        { type: 'interaction', kind: 'open-url', url: step.url },
        () => `Open this in a browser: ${oneLine(step.url)}`,
      );
      if (step.back === 'paste') return { action: 'submit', values: { url: await pasted(context) } };
      return pause(context);
    case 'wait':
      if (step.text) context.output.note(oneLine(step.text));
      return pause(context);
  }
}

function pause({ signal }: CommandContext): Promise<null> {
  return delay(pollPause, null, { signal });
}

async function pasted(context: CommandContext): Promise<string> {
  const text = await context.terminal.ask('Paste what the browser shows');
  if (text === null)
    throw new NatterError(
      errorData('authentication', 'signing in needs a browser and a terminal here', {
        userAction: 'sign-in',
      }),
    );
  return text;
}
