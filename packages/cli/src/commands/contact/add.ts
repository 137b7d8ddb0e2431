import type { CommandContext } from '../../context.ts';
import { chooseAccount } from '../../link/choose-account.ts';
import { changeRoster } from '../../link/changes.ts';

/** `natter contact add ADDRESS`. */
export async function addContact(context: CommandContext): Promise<number> {
  const { given } = context;
  const [alias, text, groups] = [given.text('name'), given.text('message'), given.texts('group')];
  const link = await context.link();
  const account = await chooseAccount(link, given.text('account'));
  return changeRoster(context, link, account.id, {
    action: 'add',
    address: given.word(0),
    ...(alias !== undefined && { alias }),
    ...(text !== undefined && { text }),
    ...(groups.length > 0 && { groups }),
  });
}
