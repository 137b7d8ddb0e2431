import type { Account, ContactId, ConversationView, MessageId, MessageView, RemoteKey } from '@natter/core';
import type { ClientLink } from '@natter/core/link';
import type { CommandContext } from '../../context.ts';
import { listConversations } from '../../link/list-conversations.ts';
import { countOf } from '../../output/count.ts';
import type { JsonItem } from '../../output/output.ts';
import {
  accountLine,
  backupVersion,
  contactLine,
  conversationLine,
  messageLine,
  personLine,
} from './lines.ts';
import { openSink } from './sink.ts';

const pageSize = 200;

/** What is still in the outbox is no history, and what failed was never said. */
const unsaid: readonly unknown[] = ['queued', 'sending', 'failed'];

/** `natter export [--output FILE]`: everything but passwords and keys, one JSON object a line. */
export async function exportProfile(context: CommandContext): Promise<void> {
  const { given, output, signal } = context;
  const link = await context.link();
  const sink = await openSink(given.text('output'), output);
  let messages = 0;
  try {
    await sink.write({ type: 'export', format: backupVersion, time: new Date().toISOString() });
    const accounts = await link.call('account.list', {});
    for (const account of accounts) {
      signal.throwIfAborted();
      for await (const line of linesOf(link, account)) {
        signal.throwIfAborted();
        if (line.type === 'message') messages += 1;
        await sink.write(line);
      }
    }
    for (const person of await linkedPersons(link)) await sink.write(personLine(person));
    await sink.close();
    const count = `${countOf(messages, 'message')} of ${countOf(accounts.length, 'account')}`;
    output.note(`${count}. Passwords and encryption keys are not among them.`);
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

async function* linesOf(link: ClientLink, account: Account): AsyncGenerator<JsonItem> {
  yield accountLine(account);
  const contacts = await link.call('contact.list', { account: account.id });
  for (const contact of contacts) yield contactLine(account, contact);
  const keys = new Map(contacts.map(({ id, key }) => [id, key]));
  const keyOf = (contact: ContactId): RemoteKey | null => keys.get(contact) ?? null;
  for (const conversation of await listConversations(link, { account: account.id })) {
    if (conversation.key === null) continue;
    const contact = conversation.contact === null ? null : keyOf(conversation.contact);
    yield conversationLine(account, conversation.key, conversation, contact);
    for await (const message of messagesOf(link, conversation)) {
      if (!unsaid.includes(message.delivery)) yield messageLine(account, conversation.key, message, keyOf);
    }
  }
}

/** Oldest first. Pages come newest first, so where each begins is found before they are read; no more than one is held. */
async function* messagesOf(link: ClientLink, { id }: ConversationView): AsyncGenerator<MessageView> {
  const read = async (before: MessageId | undefined): Promise<readonly MessageView[]> => {
    const from = before === undefined ? {} : { before };
    const page = await link.call('history.page', {
      conversation: id,
      limit: pageSize,
      remote: false,
      ...from,
    });
    return page.rows;
  };
  const ends: (MessageId | undefined)[] = [];
  for (let before: MessageId | undefined; ;) {
    const [first] = await read(before);
    if (first === undefined) break;
    ends.push(before);
    before = first.id;
  }
  for (const end of ends.toReversed()) yield* await read(end);
}

async function linkedPersons(link: ClientLink): ReturnType<typeof personsOf> {
  return (await personsOf(link)).filter(({ contacts }) => contacts.length > 1);
}

async function personsOf(link: ClientLink) {
  const query = { filter: {}, sort: ['name'] } as const;
  const { total } = await link.call('people.list', { ...query, offset: 0, limit: 0 });
  return (await link.call('people.list', { ...query, offset: 0, limit: total })).rows;
}
