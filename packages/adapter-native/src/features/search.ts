import { remoteKey, type Queries } from '@natter/core';
import { messageIn } from '../mapping/message.ts';
import { readerOf, type Context } from './context.ts';

/** Whether the argument of a question is that of a search. */
export function isSearch(argument: Queries[keyof Queries][0]): argument is Queries['search'][0] {
  return typeof argument === 'object' && 'text' in argument && 'limit' in argument;
}

/** What the server finds, newest first. Rejects with a RequestError. */
export async function search(
  context: Context,
  { text, conversation, limit, cursor }: Queries['search'][0],
  signal: AbortSignal,
): Promise<Queries['search'][1]> {
  const bounded = Math.max(1, Math.min(limit, context.welcome.limits.pageSize));
  const { messages, next } = await context.connection.request(
    'search',
    (id) => ({
      type: 'search',
      id,
      query: text,
      limit: bounded,
      ...(conversation === undefined ? {} : { conversation }),
      ...(cursor === undefined ? {} : { after: cursor }),
    }),
    signal,
  );
  const reader = readerOf(context);
  return {
    items: messages.map((message) => ({
      conversation: remoteKey(message.conversation),
      message: messageIn(message, reader),
    })),
    next,
  };
}
