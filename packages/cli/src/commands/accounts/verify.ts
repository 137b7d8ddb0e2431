import type { AccountId, InteractionStep } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import { NatterError, errorData } from '@natter/core/error';
import type { CommandContext } from '../../context.ts';
import { completeInteraction } from '../../interaction/complete.ts';
import { askAction } from '../../interaction/show.ts';
import { findAccount } from '../../link/choose-account.ts';
import { readFrames } from '../../link/frames.ts';
import { resolveContact } from '../../link/resolve.ts';
import { oneLine } from '../../output/sanitise.ts';
import { answerSource } from '../../prompts/answers.ts';

/** `natter account verify ACCOUNT [WHO] [--incoming]`. */
export async function verify(context: CommandContext): Promise<void> {
  const { given, output, signal } = context;
  const who = given.optionalWord(1);
  const incoming = given.flag('incoming');
  if (incoming && who !== undefined) throw given.error('--incoming waits for whoever asks: leave WHO out');
  const link = await context.link();
  const { id: account, address } = await findAccount(link, given.word(0));
  const target = who === undefined ? {} : { target: (await resolveContact(link, who, account)).contact };
  const first = incoming
    ? await asked(context, link, account)
    : await link.call('account.interact', { account, about: 'verify', ...target }, { signal });
  const source = answerSource(context);
  await completeInteraction(context, link, first, source, (_, step) =>
    askAction(context, step, (label) => source.ask(label)),
  );
  const whom = who ?? (incoming ? 'who asked' : `another device of ${address}`);
  output.item({ type: 'verified', account, who: who ?? null }, () => `verified: ${oneLine(whom)}`);
}

/** The first request of somebody else, which may be there already. */
async function asked(
  { output, signal }: CommandContext,
  link: ClientLink,
  account: AccountId,
): Promise<InteractionStep> {
  output.note('waiting for somebody who asks to verify');
  for await (const { value: asking } of readFrames(link, 'interactions', {}, signal)) {
    const request = asking.find(({ about, account: whose }) => about === 'verify' && whose === account);
    if (request !== undefined) return request.step;
  }
  throw new NatterError(errorData('closed', 'nobody has asked'));
}
