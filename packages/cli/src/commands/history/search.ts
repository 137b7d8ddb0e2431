import type { ContactId, ConversationId } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import type { CommandContext } from '../../context.ts';
import { findAccountId } from '../../link/choose-account.ts';
import { listConversations } from '../../link/list-conversations.ts';
import { resolveConversations, resolveOne } from '../../link/resolve.ts';
import { messageItem, messageText } from '../../output/items/message.ts';

/** `natter search QUERY`: newest first. */
export async function search(context: CommandContext): Promise<void> {
  const { given, output } = context;
  const [since, until, limit] = [given.date('since'), given.date('until'), given.count('limit') ?? 50];
  const account = given.text('account');
  const text = given.words(0).join(' ');
  if (text.trim() === '') throw given.error('QUERY is empty');
  if (given.flag('server')) {
    const { searchServer } = await import('./search-server.ts');
    return searchServer(context);
  }
  const link = await context.link();
  const conversations = await conversationsIn(link, given.texts('in'), account);
  const senders: ContactId[] = [];
  for (const who of given.texts('from')) senders.push(...(await contactsOf(link, who, account)));
  const found = await link.call(
    'history.search',
    {
      text,
      limit,
      ...(conversations !== null && { in: conversations }),
      ...(senders.length > 0 && { from: senders }),
      ...(since !== undefined && { since }),
      ...(until !== undefined && { until }),
    },
    { signal: context.signal },
  );
  for (const message of found) output.item(messageItem(message), () => messageText(message, output.style));
  if (found.length === 0) output.note('Nothing found.');
}

/** The conversations of `--in`, else all of `--account`; `null` for everywhere. */
async function conversationsIn(
  link: ClientLink,
  places: readonly string[],
  account: string | undefined,
): Promise<readonly ConversationId[] | null> {
  if (places.length > 0)
    return (await Promise.all(places.map((who) => resolveConversations(link, who, account)))).flat();
  const id = await findAccountId(link, account);
  return id === undefined ? null : (await listConversations(link, { account: id })).map((row) => row.id);
}

async function contactsOf(
  link: ClientLink,
  who: string,
  account: string | undefined,
): Promise<readonly ContactId[]> {
  const match = await resolveOne(link, who, { kinds: ['person', 'contact'], account });
  if (match.kind === 'contact') return [match.contact];
  return (await link.call('person.get', { person: match.person })).contacts.map(({ id }) => id);
}
