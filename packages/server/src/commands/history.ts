import { memberOf } from '../groups/group.ts';
import type { ConversationRecord } from '../ports/conversations.ts';
import type { AccountId } from '../ports/identifiers.ts';
import { RawResult } from './command.ts';
import type { Command } from './command.ts';

/** Characters of a page: well under what a client takes as one frame. */
const pageLength = 1024 * 1024;

/** Reads a page of messages as they are now. */
export const history: Command<'history'> = {
  needs: 'conversation',
  access: 'read',
  // One at a time: the answer may be long, and the next is not made before this one is on its way.
  exclusive: true,
  handle: async ({ services, member, conversation }, frame) => {
    const { messages } = services.storage;
    const limit = Math.min(frame.limit ?? 50, services.settings.limits.pageSize);
    const hiddenUpTo = hiddenFrom(conversation, member.account.id);
    const range = {
      limit,
      hiddenUpTo,
      ...(frame.before === undefined ? {} : { before: frame.before }),
      ...(frame.after === undefined ? {} : { after: frame.after }),
    };
    const found = await messages.range(conversation.id, range, member.account.id);
    const page = shorten(found, frame.after === undefined);
    const lastSeq = await messages.lastSeq(conversation.id);
    const first = page[0]?.seq ?? (frame.after === undefined ? 0 : frame.after + 1);
    const last = page.at(-1)?.seq ?? frame.after ?? lastSeq;
    // Messages can have vanished, so that the ends are not known by their sequences alone.
    const nothingBehind = page.length === found.length && found.length < limit;
    const backwards = frame.after === undefined;
    const reachedStart = first <= hiddenUpTo + 1 || (backwards && nothingBehind);
    const reachedEnd = last >= lastSeq || (backwards ? frame.before === undefined : nothingBehind);
    const texts = page.map(({ message }) => message).join(',');
    return new RawResult(`{"messages":[${texts}],"reachedStart":${reachedStart},"reachedEnd":${reachedEnd}}`);
  },
};

/** The last message that a member of a group may not see; 0 for nothing. */
function hiddenFrom({ group }: ConversationRecord, account: AccountId): number {
  return group === null ? 0 : (memberOf(group, account)?.hiddenUpTo ?? 0);
}

/** Cuts a page that is too long for one frame, at the end that the reader comes to last. */
function shorten<T extends { readonly message: string }>(
  found: readonly T[],
  backwards: boolean,
): readonly T[] {
  const order = backwards ? [...found].reverse() : found;
  let length = 0;
  const fits = order.filter(({ message }, index) => (length += message.length) <= pageLength || index === 0);
  return backwards ? fits.reverse() : fits;
}
