import type { CommandContext } from '../../context.ts';
import { findAccount } from '../../link/choose-account.ts';
import { accountItem, accountText } from '../../output/items/account.ts';
import { readCertificates } from './add.ts';

/** `natter account trust ACCOUNT --ca FILE`: trusts a certificate or its authority for this account, and tries again. */
export async function trustCertificate(context: CommandContext): Promise<void> {
  const { given, output } = context;
  const file = given.text('ca');
  if (file === undefined)
    throw given.error('--ca FILE is needed: the certificate to trust, or its authority');
  const ca = readCertificates(file);
  const link = await context.link();
  const { id, config } = await findAccount(link, given.word(0));
  await link.call('account.configure', { account: id, config: { ...config, ca } });
  await link.call('account.reconnect', { account: id });
  const account = await findAccount(link, id);
  output.item(accountItem(account), () => accountText(account, output.style));
}
