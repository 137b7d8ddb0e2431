import type { Account } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import type { Command } from '../../command-line/command.ts';
import { findAccount } from '../../link/choose-account.ts';
import { accountItem, accountText } from '../../output/items/account.ts';
import { oneLine } from '../../output/sanitise.ts';

/** A command that does something to one account and shows what it is then. */
function accountChange(change: (link: ClientLink, account: Account) => Promise<unknown>): Command {
  return async (context) => {
    const { given, output } = context;
    const link = await context.link();
    const before = await findAccount(link, given.word(0));
    await change(link, before);
    const after = (await link.call('account.list', {})).find(({ id }) => id === before.id);
    const item = after ? accountItem(after) : { ...accountItem(before), state: 'removed', enabled: false };
    output.item(item, () =>
      after ? accountText(after, output.style) : `${before.network}  ${oneLine(before.address)}  removed`,
    );
  };
}

/** `natter account enable ACCOUNT`; one that waits for its next attempt makes it now. */
export const enableAccount: Command = accountChange(async (link, { id, enabled }) => {
  if (enabled) await link.call('account.reconnect', { account: id });
  else await link.call('account.enable', { account: id, enabled: true });
});

/** `natter account disable ACCOUNT`. */
export const disableAccount: Command = accountChange((link, { id }) =>
  link.call('account.enable', { account: id, enabled: false }),
);
