import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject, Step } from '@natter/core';
import { NatterError, errorData } from '@natter/core/error';
import type { CommandContext } from '../context.ts';
import { oneLine } from '../output/sanitise.ts';

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
  context.output.request(
    { type: 'interaction', kind: 'show', what: step.what, data: step.data, actions: step.actions },
    () => `${step.what}: ${facts}`,
  );
  const [only, second] = step.actions;
  if (only !== undefined && second === undefined) return only;
  const choices = step.actions.join('/');
  const answer = await context.terminal.ask(`What now (${choices})`);
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
    .map(
      ([name, value]) =>
        `${name} ${typeof value === 'string' ? oneLine(value) : oneLine(JSON.stringify(value))}`,
    )
    .join(', ');
}
