import type { CommandContext } from '../../context.ts';
import { completeInteraction } from '../../interaction/complete.ts';
import { findAccount } from '../../link/choose-account.ts';
import { accountItem, accountText } from '../../output/items/account.ts';
import type { PasswordSource } from '../../prompts/password.ts';

/** `natter account password ACCOUNT`. */
export async function changePassword(context: CommandContext): Promise<void> {
  const { given, output, terminal } = context;
  const source: PasswordSource = given.flag('password-stdin')
    ? { again: false, command: null, read: linesOf(context) }
    : { again: terminal.present, command: null, read: (label) => terminal.askSecret(label) };
  const link = await context.link();
  const account = await findAccount(link, given.word(0));
  const first = await link.call('account.interact', { account: account.id, about: 'password' });
  await completeInteraction(context, link, first, source);
  output.item(accountItem(account), () => accountText(account, output.style));
}

/** One line of standard input for each question. */
function linesOf({ stdin, given }: CommandContext): () => Promise<string> {
  let lines: string[] | null = null;
  return async () => {
    if (lines === null) {
      const chunks: Buffer[] = [];
      for await (const chunk of stdin()) chunks.push(chunk as Buffer);
      lines = Buffer.concat(chunks).toString('utf8').split(/\r?\n/u);
    }
    const line = lines.shift() ?? '';
    if (line === '')
      throw given.error('--password-stdin: the old and the new password are needed, a line each');
    return line;
  };
}
