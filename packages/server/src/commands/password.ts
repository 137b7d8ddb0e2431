import { Refusal } from '../ports/refusal.ts';
import type { MemberContext } from './command.ts';

/** That whoever sits at a signed-in device is its owner. @throws Refusal `bad-credentials`, `too-fast` */
export async function requirePassword(
  { session, services, member }: MemberContext,
  password: string,
): Promise<void> {
  const { remoteAddress } = session.connection;
  await services.signInLimits.attempt(remoteAddress, member.account.user);
  const stored = await services.storage.directory.accounts.passwordHash(member.account.id);
  if (!(await services.passwords.verify(stored, password)))
    throw new Refusal('bad-credentials', 'The password is wrong.');
  services.signInLimits.succeeded(remoteAddress, member.account.user);
}
