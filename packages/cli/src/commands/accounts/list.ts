import type { CommandContext } from '../../context.ts';
import { accountsSettled } from '../../link/accounts-settled.ts';
import { findAccount } from '../../link/choose-account.ts';
import { accountItem, accountText } from '../../output/items/account.ts';
import { oneLine, shortLine } from '../../output/sanitise.ts';

/** Milliseconds for accounts that are just connecting, as all are after the daemon has started. */
const patience = 2000;

/** `natter account list`. */
export async function listAccounts(context: CommandContext): Promise<void> {
  const { output } = context;
  const link = await context.link();
  await accountsSettled(link, patience, context.signal);
  const accounts = await link.call('account.list', {}, { signal: context.signal });
  for (const account of accounts) output.item(accountItem(account), () => accountText(account, output.style));
  if (accounts.length === 0) output.note('There is no account yet: add one with natter account add.');
}

/**
 * `natter account show ACCOUNT`: settings, which hold no secrets, and abilities too, and what the server says of itself.
 */
export async function showAccount(context: CommandContext): Promise<void> {
  const { output, given } = context;
  const account = await findAccount(await context.link(), given.word(0));
  const { config, capabilities, deviceId, announcements } = account;
  output.item({ ...accountItem(account), config, capabilities, deviceId, announcements }, () => {
    const supported = Object.entries(capabilities.support)
      .filter(([, level]) => level === 'full' || level === 'partial')
      .map(([key]) => key);
    return [
      accountText(account, output.style),
      ...Object.entries(config).map(
        ([key, value]) => `    ${key} = ${shortLine(JSON.stringify(value), 200)}`,
      ),
      `    can: ${supported.join(', ')}`,
      ...announcements.map(({ text }) => `    | ${oneLine(text)}`),
    ].join('\n');
  });
}
