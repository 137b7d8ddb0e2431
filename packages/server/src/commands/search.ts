import type { FoundPlace } from '../ports/message-search.ts';
import { Refusal } from '../ports/refusal.ts';
import { conversationWireId, parseConversationId } from '../wire-ids.ts';
import { RawResult } from './command.ts';
import type { Command } from './command.ts';
import { accountAt, conversationOf } from './lookup.ts';

/** Characters of a page: well under what a client takes as one frame. */
const pageLength = 1024 * 1024;

/** Finds messages that the asker may see. */
export const search: Command<'search'> = {
  needs: 'member',
  // One at a time: it may take long, and the answer may be long.
  exclusive: true,
  handle: async ({ services, member }, frame) => {
    const reader = member.account.id;
    const { conversation, from, since, until } = frame;
    const limit = Math.min(frame.limit ?? 50, services.settings.limits.pageSize);
    const found = await services.storage.search.find({
      reader,
      text: frame.query,
      limit: limit + 1,
      ...(conversation === undefined
        ? {}
        : { conversation: (await conversationOf(services, reader, conversation)).id }),
      ...(from === undefined ? {} : { from: (await accountAt(services, from)).id }),
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
      ...(frame.after === undefined ? {} : { after: parsePlace(frame.after) }),
    });
    let length = 0;
    const page = found
      .slice(0, limit)
      .filter(({ message }, index) => (length += message.length) <= pageLength || index === 0);
    const last = page.at(-1);
    const next = last === undefined || page.length === found.length ? null : placeText(last);
    return new RawResult(
      `{"messages":[${page.map(({ message }) => message).join(',')}],"next":${JSON.stringify(next)}}`,
    );
  },
};

function placeText({ time, conversation, seq }: FoundPlace): string {
  return `${time}.${conversationWireId(conversation)}.${seq}`;
}

/** @throws Refusal `invalid` */
function parsePlace(text: string): FoundPlace {
  const [, time = '', wireId = '', seq = ''] =
    /^(\d{1,15})\.(c[0-9a-z]{1,11})\.(\d{1,15})$/u.exec(text) ?? [];
  const conversation = parseConversationId(wireId);
  if (conversation === null)
    throw new Refusal('invalid', 'This is no place in the list.', { field: 'after' });
  return { time: Number(time), conversation, seq: Number(seq) };
}
