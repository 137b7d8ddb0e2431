import type { Account, OwnPresence } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import type { CommandContext } from '../context.ts';
import { findAccountId } from '../link/choose-account.ts';
import { oneLine } from '../output/sanitise.ts';

const availabilities = ['available', 'away', 'xa', 'dnd', 'invisible', 'offline'] as const;

/** `natter presence [AVAILABILITY [TEXT]]`: of one account, or of all. */
export async function presence(context: CommandContext): Promise<void> {
  const { given, output } = context;
  const word = given.optionalWord(0);
  const availability = availabilities.find((name) => name === word);
  if (word !== undefined && availability === undefined)
    throw given.error(`AVAILABILITY is ${availabilities.join(', ')}, not '${word}'`);
  const link = await context.link();
  const chosen = await findAccountId(link, given.text('account'));
  if (availability !== undefined) {
    const text = given.words(1).join(' ') || null;
    await setPresence(link, await wanted(link, chosen), availability, text);
  }
  for (const account of await wanted(link, chosen)) {
    const shown = account.enabled ? account.presence.availability : 'offline';
    const { text } = account.presence;
    output.item(
      {
        type: 'presence',
        account: account.id,
        network: account.network,
        address: account.address,
        availability: shown,
        text,
      },
      () => `${account.network}  ${oneLine(account.address)}  ${shown}${text ? `  "${oneLine(text)}"` : ''}`,
    );
  }
}

async function wanted(link: ClientLink, chosen: Account['id'] | undefined): Promise<readonly Account[]> {
  const accounts = await link.call('account.list', {});
  return chosen === undefined ? accounts : accounts.filter(({ id }) => id === chosen);
}

/** Offline means not connected; anything else connects again what is not, unless only some accounts were disabled by hand. */
async function setPresence(
  link: ClientLink,
  accounts: readonly Account[],
  availability: OwnPresence['availability'] | 'offline',
  text: string | null,
): Promise<void> {
  if (availability === 'offline') {
    for (const { id } of accounts) await link.call('account.enable', { account: id, enabled: false });
    return;
  }
  const some = accounts.some(({ enabled }) => enabled);
  for (const account of accounts.filter(({ enabled }) => enabled || !some)) {
    await link.call('account.presence', { account: account.id, presence: { availability, text } });
    if (!account.enabled) await link.call('account.enable', { account: account.id, enabled: true });
  }
}
