import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json, JsonObject, Step } from '@natter/core';
import { NatterError, errorData } from '@natter/core/error';
import type { CommandContext } from '../context.ts';
import { oneLine } from '../output/sanitise.ts';

/** Shows something, and gives one of the actions of the step. */
export type ChooseAction = (
  context: CommandContext,
  step: Extract<Step, { kind: 'show' }>,
) => Promise<string>;

/** Shows something and asks what to do about it. Without a terminal a certificate is not trusted: code 5. */
export async function showStep(
  context: CommandContext,
  step: Extract<Step, { kind: 'show' }>,
): Promise<string> {
  const facts = describe(await pictureAsFile(step));
  if (!context.terminal.present && step.what === 'certificate')
    throw new NatterError(
      errorData(
        'certificate-untrusted',
        `the certificate is not trusted (${facts}); give its authority with --ca FILE`,
        {
          userAction: 'trust-certificate',
        },
      ),
    );
  return askAction(context, step, (label) => context.terminal.ask(label));
}

/** Shows something and takes the answer from `ask`. */
export async function askAction(
  { output }: CommandContext,
  step: Extract<Step, { kind: 'show' }>,
  ask: (label: string) => Promise<string | null>,
): Promise<string> {
  output.request(
    { type: 'interaction', kind: 'show', what: step.what, data: step.data, actions: step.actions },
    () => `${step.what}: ${describe(step.data)}`,
  );
  const [only, second] = step.actions;
  if (only !== undefined && second === undefined) return only;
  const choices = step.actions.join('/');
  const answer = await ask(`What now (${choices})`);
  if (answer !== null && step.actions.includes(answer)) return answer;
  throw new NatterError(errorData('aborted', `no answer out of ${choices} was given`));
}

/** A terminal shows no picture: it goes into a file, which the person opens. */
async function pictureAsFile({ what, data }: Extract<Step, { kind: 'show' }>): Promise<JsonObject> {
  const { data: picture, mediaType, ...rest } = data;
  if (what !== 'image' || typeof picture !== 'string' || typeof mediaType !== 'string') return data;
  const folder = await mkdtemp(join(tmpdir(), 'natter-'));
  const file = join(folder, `picture.${/^image\/([a-z]{2,5})$/.exec(mediaType)?.[1] ?? 'bin'}`);
  await writeFile(file, Buffer.from(picture, 'base64'), { mode: 0o600 });
  return { ...rest, file };
}

function describe(data: JsonObject): string {
  return Object.entries(data)
    .map(([name, value]) => `${oneLine(name)} ${oneLine(textOf(value))}`)
    .join(', ');
}

/** Lists, as those of emoji, are read by people who compare them. */
function textOf(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return JSON.stringify(value);
  const items: readonly Json[] = value;
  return items
    .map((item) => (isObject(item) ? Object.values(item).map(textOf).join(' ') : textOf(item)))
    .join(' | ');
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
