import { isFinal } from '@natter/core/model';
import type { CommandContext } from '../../context.ts';
import { completeInteraction } from '../../interaction/complete.ts';
import { findAccount } from '../../link/choose-account.ts';
import { accountItem } from '../../output/items/account.ts';
import { oneLine } from '../../output/sanitise.ts';
import { countOf } from '../../output/count.ts';
import { passwordSource } from '../../prompts/password.ts';

/** `natter account remove ACCOUNT [--local | --delete-on-server]`. */
export async function removeAccount(context: CommandContext): Promise<void> {
  const { given, output } = context;
  const [local, unregister] = [given.flag('local'), given.flag('delete-on-server')];
  if (local && unregister) throw given.error('--local and --delete-on-server exclude each other');
  const password = passwordSource(context);
  const link = await context.link();
  const account = await findAccount(link, given.word(0));
  if (unregister) {
    const first = await link.call('account.interact', { account: account.id, about: 'unregister' });
    await completeInteraction(context, link, first, password);
  }
  const waiting = (await link.call('operation.list', { final: false })).filter(
    ({ account: of, body, state }) => of === account.id && body.type === 'send' && !isFinal(state),
  );
  // Where the account is no more, there is nothing to sign out of.
  await link.call('account.remove', { account: account.id, remote: !local && !unregister });
  output.item(
    { ...accountItem(account), state: 'removed', enabled: false, deletedOnServer: unregister },
    () => `${account.network}  ${oneLine(account.address)}  ${unregister ? 'deleted' : 'removed'}`,
  );
  if (waiting.length > 0)
    output.note(`natter: ${countOf(waiting.length, 'message')} that had not left yet went with it`);
}
