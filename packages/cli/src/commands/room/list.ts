import type { CommandContext } from '../../context.ts';
import { chooseAccount, findAccount } from '../../link/choose-account.ts';
import { oneLine } from '../../output/sanitise.ts';
import { conversationItem, conversationText } from '../conversation.ts';

/** Conversations that are asked for at once. */
const pageSize = 500;

/** `natter room list [--search TEXT]`. */
export async function listRooms(context: CommandContext): Promise<void> {
  const text = context.given.text('search');
  return text === undefined ? listOwn(context) : findOthers(context, text);
}

async function listOwn(context: CommandContext): Promise<void> {
  const { given, output, signal } = context;
  const link = await context.link();
  const of = given.text('account');
  const account = of === undefined ? undefined : (await findAccount(link, of)).id;
  for (let offset = 0; ; offset += pageSize) {
    const query = { ...(account !== undefined && { account }), offset, limit: pageSize };
    const { rows, total } = await link.call('conversation.list', query, { signal });
    for (const row of rows.filter(({ kind }) => kind !== 'direct'))
      output.item({ ...conversationItem(row), type: 'room' }, () => conversationText(row));
    if (rows.length === 0 || offset + rows.length >= total) return;
  }
}

async function findOthers(context: CommandContext, text: string): Promise<void> {
  const { given, output, signal } = context;
  const link = await context.link();
  const account = await chooseAccount(link, given.text('account'));
  let cursor: string | undefined;
  do {
    const params = { account: account.id, text, ...(cursor !== undefined && { cursor }) };
    const { items, next } = await link.call('room.search', params, { signal });
    for (const room of items)
      output.item({ type: 'room', account: account.id, network: account.network, ...room }, () =>
        oneLine(JSON.stringify(room)),
      );
    cursor = next ?? undefined;
  } while (cursor !== undefined);
}
