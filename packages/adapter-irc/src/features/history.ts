import type { Event, MessageIn, Page, PageRequest } from '@natter/core';
import { NatterError, errorData, type RemoteKey } from '@natter/core/model';
import { contentOf } from '../mapping/ctcp.ts';
import { messageOf } from '../mapping/message.ts';
import type { Runtime } from '../runtime.ts';
import { linesOf, isBatch, type Batch } from '../wire/batches.ts';
import { lastParam, type IrcLine } from '../wire/line.ts';
import { Messages } from './messages.ts';

/** draft/chathistory: pages of what was said before. */
export class History {
  readonly #runtime: Runtime;
  readonly #messages: Messages;
  readonly #known: (conversation: RemoteKey) => boolean;

  /** `known`: whether a conversation is there for other reasons than its history. */
  constructor(runtime: Runtime, messages: Messages, known: (conversation: RemoteKey) => boolean) {
    this.#runtime = runtime;
    this.#messages = messages;
    this.#known = known;
  }

  async page(request: PageRequest, signal: AbortSignal): Promise<Page> {
    const { enabled, support, asks } = this.#runtime;
    if (!enabled.has('draft/chathistory') || !enabled.has('batch'))
      throw new NatterError(
        errorData('unsupported', 'this server keeps no history', { scope: 'conversation' }),
      );
    const { conversation, direction, cursor, anchor } = request;
    const limit = Math.max(1, Math.min(request.limit, support.number('CHATHISTORY', 100)));
    const from = cursor ?? anchor;
    const params =
      from === undefined
        ? ['LATEST', conversation, '*', String(limit)]
        : [direction === 'older' ? 'BEFORE' : 'AFTER', conversation, `msgid=${from}`, String(limit)];
    const open = new Set<string>();
    const judge = (line: IrcLine): 'part' | null => (open.has(line.tags.get('batch') ?? '') ? 'part' : null);
    const { batch } = await asks.ask({ command: 'CHATHISTORY', params, signal, judge });
    const items = batch === null ? [] : this.#items(pageOf(batch), conversation);
    // A server tells of nobody that there is no such nick: it has no page of theirs.
    if (items.length === 0 && from === undefined && !this.#known(conversation))
      throw new NatterError(
        errorData('not-found', 'the server knows no such conversation', { scope: 'conversation' }),
      );
    return this.#answer(items, request, from ?? null, limit);
  }

  #answer(items: readonly MessageIn[], request: PageRequest, from: string | null, limit: number): Page {
    const { conversation, direction } = request;
    const older = direction === 'older';
    const neighbour = from as RemoteKey | null;
    const place = { by: 'page', after: older ? null : neighbour, before: older ? neighbour : null } as const;
    const events: Event[] = items.length === 0 ? [] : [{ type: 'timeline', conversation, place, items }];
    const edge = (older ? items[0] : items.at(-1))?.stable ?? null;
    const more = items.length >= limit && edge !== null;
    return {
      batch: { origin: 'archive', events },
      next: more ? edge : null,
      reached: more ? null : older ? 'start' : 'end',
    };
  }

  #items(batch: Batch, conversation: RemoteKey): MessageIn[] {
    return Messages.pageLines(batch).flatMap((line) => {
      if (line.command !== 'PRIVMSG' && line.command !== 'NOTICE') return [];
      const content = contentOf(line.command, lastParam(line));
      if (content === null || this.#messages.conversationOf(line) !== conversation) return [];
      const sender = this.#messages.senderOf(line);
      return [
        messageOf(line, { sender, content, operation: null, part: 0, mentioned: false, now: Date.now() }),
      ];
    });
  }
}

/** The page itself, within the batch that answers the question. */
function pageOf(batch: Batch): Batch {
  if (batch.type === 'chathistory') return batch;
  for (const item of batch.items) if (isBatch(item)) return pageOf(item);
  return { ...batch, items: linesOf(batch) };
}
