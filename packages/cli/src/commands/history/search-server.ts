import type { FoundView } from '@natter/core';
import type { CommandContext } from '../../context.ts';
import { chooseAccount } from '../../link/choose-account.ts';
import { resolveConversations } from '../../link/resolve.ts';
import { senderText } from '../../output/items/message.ts';
import type { JsonItem } from '../../output/output.ts';
import { manyLines, oneLine } from '../../output/sanitise.ts';
import type { Style } from '../../output/style.ts';
import { isoTime, localTime } from '../../output/time.ts';

/** `natter search QUERY --server`: what the server of an account finds, newest first. */
export async function searchServer(context: CommandContext): Promise<void> {
  const { given, output, signal } = context;
  const places = given.texts('in');
  const others = [...given.texts('from'), given.text('since'), given.text('until')];
  if (places.length > 1 || others.some((value) => value !== undefined))
    throw given.error('--server takes --in once, and no other restriction');
  const link = await context.link();
  const account = await chooseAccount(link, given.text('account'));
  const [conversation] =
    places[0] === undefined ? [] : await resolveConversations(link, places[0], account.id);
  let left = given.count('limit') ?? 50;
  let found = 0;
  for (let cursor: string | null | undefined; cursor !== null && left > 0;) {
    const { rows, next } = await link.call(
      'account.search',
      {
        account: account.id,
        text: given.words(0).join(' '),
        limit: left,
        ...(conversation !== undefined && { conversation }),
        ...(cursor !== undefined && { cursor }),
      },
      { signal },
    );
    for (const row of rows)
      output.item({ account: account.id, ...foundItem(row) }, () => foundText(row, output.style));
    found += rows.length;
    left -= rows.length;
    cursor = rows.length === 0 ? null : next;
  }
  if (found === 0) output.note('Nothing found.');
}

/** `{"type":"found"}`; `id` is `null` for a message that is not here. */
function foundItem(row: FoundView): JsonItem {
  const { message, conversation, conversationTitle, direction, fromName, fromAddress, content, time } = row;
  return {
    type: 'found',
    id: message,
    conversation,
    title: conversationTitle,
    direction,
    from: fromAddress,
    fromName,
    text: content.text,
    time: isoTime(time),
  };
}

function foundText(row: FoundView, style: Style): string {
  const { conversationTitle, content, time } = row;
  return `${style.faint(localTime(time))} ${style.faint(`[${oneLine(conversationTitle)}]`)} ${style.strong(senderText(row))}: ${manyLines(content.text, '    ')}`;
}
