import {
  remoteKey,
  type Batch,
  type Gap,
  type GapChange,
  type Page,
  type PageRequest,
  type RemoteKey,
} from '@natter/core';
import type { HistoryPage, RequestFrame } from '@natter/native-protocol';
import { messageKey, parsePosition, sequenceOf } from '../mapping/keys.ts';
import { messageEvents } from '../mapping/message.ts';
import { readerOf, type Context } from './context.ts';

/** Where a page lies: sequences between which the server is asked. */
type Range = Pick<RequestFrame<'history'>, 'before' | 'after'>;

/** A page of one conversation, as its messages are now. Rejects with a RequestError. */
export async function history(context: Context, request: PageRequest, signal: AbortSignal): Promise<Page> {
  const { conversation, direction, gap } = request;
  const page = await readHistory(context, conversation, rangeOf(request), request.limit, signal);
  const { messages } = page;
  const edge = direction === 'older' ? messages[0] : messages.at(-1);
  const done = edge === undefined || (direction === 'older' ? page.reachedStart : page.reachedEnd);
  const closed = done || (gap !== undefined && isFilled(gap, edge.seq, direction));
  const batch: Batch = { origin: 'archive', events: messageEvents(messages, readerOf(context)) };
  return {
    batch:
      gap === undefined
        ? batch
        : { ...batch, gaps: [closed ? { op: 'close', id: gap.id } : shrink(gap, edge?.seq ?? 0, direction)] },
    next: closed ? null : String(edge.seq),
    reached:
      page.reachedStart && direction === 'older'
        ? 'start'
        : page.reachedEnd && direction === 'newer'
          ? 'end'
          : null,
  };
}

/** Asks for messages of a conversation, keeping to the server's bound of a page. */
export function readHistory(
  context: Context,
  conversation: string,
  range: Range,
  limit: number,
  signal: AbortSignal,
): Promise<HistoryPage> {
  const bounded = Math.max(1, Math.min(limit, context.welcome.limits.pageSize));
  return context.connection.request(
    'history',
    (id) => ({ type: 'history', id, conversation, ...range, limit: bounded }),
    signal,
  );
}

/** The hole before the oldest message of a newest page; the whole past of a conversation, as far as we know. */
export function gapBefore(conversation: string, seq: number): Gap {
  return {
    id: `before:${conversation}`,
    conversation: remoteKey(conversation),
    after: null,
    before: messageKey(conversation, seq),
    token: null,
  };
}

function rangeOf({ cursor, gap, anchor, direction }: PageRequest): Range {
  const fromCursor = cursor === undefined ? null : parsePosition(cursor);
  const border = direction === 'older' ? gap?.before : gap?.after;
  const from = fromCursor ?? place(border) ?? place(anchor);
  if (direction === 'newer') return { after: from ?? 0 };
  return from === null ? {} : { before: from };
}

function place(key: RemoteKey | null | undefined): number | null {
  return key === null || key === undefined ? null : sequenceOf(key);
}

function isFilled(gap: Gap, edge: number, direction: 'older' | 'newer'): boolean {
  const border = direction === 'older' ? place(gap.after) : place(gap.before);
  if (border === null) return false;
  return direction === 'older' ? edge <= border + 1 : edge >= border - 1;
}

function shrink(gap: Gap, edge: number, direction: 'older' | 'newer'): GapChange {
  const key = messageKey(gap.conversation, edge);
  return { op: 'open', gap: direction === 'older' ? { ...gap, before: key } : { ...gap, after: key } };
}
