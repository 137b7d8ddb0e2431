import type { RoomListing } from '@natter/core';
import type { CommandContext } from '../../context.ts';
import { chooseAccount, findAccountId } from '../../link/choose-account.ts';
import { listConversations } from '../../link/list-conversations.ts';
import { countOf } from '../../output/count.ts';
import { oneLine } from '../../output/sanitise.ts';
import { conversationItem, conversationText } from '../conversation.ts';

/** `natter room list [--search TEXT]`. */
export async function listRooms(context: CommandContext): Promise<void> {
  const text = context.given.text('search');
  return text === undefined ? listOwn(context) : findOthers(context, text);
}

async function listOwn(context: CommandContext): Promise<void> {
  const { given, output, signal } = context;
  const link = await context.link();
  const account = await findAccountId(link, given.text('account'));
  for (const row of await listConversations(link, { account, signal }))
    if (row.kind !== 'direct')
      output.item({ ...conversationItem(row), type: 'room' }, () => conversationText(row));
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
        listingText(room),
      );
    cursor = next ?? undefined;
  } while (cursor !== undefined);
}

/** `#natter  Natter and friends  12 members`, and its topic below. */
function listingText({ address, name, topic, members }: RoomListing): string {
  const head = [
    address,
    ...(name === null ? [] : [name]),
    ...(members === null ? [] : [countOf(members, 'member')]),
  ];
  return `${head.map(oneLine).join('  ')}${topic ? `\n    ${oneLine(topic)}` : ''}`;
}
