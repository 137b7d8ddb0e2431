import type { ContactId, ConversationId } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import type { CommandContext } from '../../context.ts';
import { resolveConversations, resolveOne } from '../../link/resolve.ts';
import { messageItem, messageText } from '../../output/items/message.ts';

/** `natter search QUERY`: newest first. */
export async function search(context: CommandContext): Promise<void> {
  const { given, output } = context;
  const [since, until, limit] = [given.date('since'), given.date('until'), given.count('limit') ?? 50];
  const account = given.text('account');
  if (given.flag('server')) {
    const { searchServer } = await import('./search-server.ts');
    return searchServer(context);
  }
  const link = await context.link();
  const conversations: ConversationId[] = [];
  for (const who of given.texts('in'))
    conversations.push(...(await resolveConversations(link, who, account)));
  const senders: ContactId[] = [];
  for (const who of given.texts('from')) senders.push(...(await contactsOf(link, who, account)));
  const found = await link.call(
    'history.search',
    {
      text: given.words(0).join(' '),
      limit,
      ...(given.texts('in').length > 0 && { in: conversations }),
      ...(senders.length > 0 && { from: senders }),
      ...(since !== undefined && { since }),
      ...(until !== undefined && { until }),
    },
    { signal: context.signal },
  );
  for (const message of found) output.item(messageItem(message), () => messageText(message, output.style));
  if (found.length === 0) output.note('Nothing found.');
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
