import type { CommandContext } from '../../context.ts';
import { completeInteraction } from '../../interaction/complete.ts';
import { accountsSettled } from '../../link/accounts-settled.ts';
import { findAccount } from '../../link/choose-account.ts';
import { accountItem, accountText } from '../../output/items/account.ts';
import { passwordSource } from '../../prompts/password.ts';

/** `natter account login ACCOUNT`: signs in again, as after a changed password. */
export async function logIn(context: CommandContext): Promise<void> {
  const { output } = context;
  const password = passwordSource(context);
  const link = await context.link();
  const { id } = await findAccount(link, context.given.word(0));
  const first = await link.call('account.login', { account: id }, { signal: context.signal });
  await completeInteraction(context, link, first, password);
  await accountsSettled(link, 10_000, context.signal, id);
  const account = await findAccount(link, id);
  output.item(accountItem(account), () => accountText(account, output.style));
}
