import type { Event, Gap, GapChange, MessageIn, Page, PageRequest } from '@natter/core';
import { NatterError, errorData, remoteKey, type RemoteKey } from '@natter/core/model';
import { contentOf } from '../mapping/ctcp.ts';
import {
  readPoint,
  reference,
  referenceKinds,
  writePoint,
  type HistoryPoint,
} from '../mapping/history-point.ts';
import { mentions, messageOf } from '../mapping/message.ts';
import type { Runtime } from '../runtime.ts';
import { linesOf, isBatch, type Batch } from '../wire/batches.ts';
import { lastParam, param, type IrcLine } from '../wire/line.ts';
import { Messages } from './messages.ts';

/** Most messages of one answer, whatever the server would give. */
const PAGE = 100;

/** What the server told of a part of a conversation, oldest first. */
export interface HistoryLines {
  readonly items: readonly MessageIn[];
  /** What was done to messages: reactions, and what was taken back; and what strangers said under the nick of a contact. */
  readonly changes: readonly Event[];
  /** The oldest and the newest that the server told, whether they became messages or not. */
  readonly oldest: HistoryPoint | null;
  readonly newest: HistoryPoint | null;
  /** Whether there may be more: the answer was as long as it may be. */
  readonly full: boolean;
}

/** draft/chathistory: what was said before. */
export class History {
  readonly #runtime: Runtime;
  readonly #messages: Messages;
  readonly #known: (conversation: RemoteKey) => boolean;
  /** Without labels nothing tells whose answer it is: one question at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  /** `known`: whether a conversation is there for other reasons than its history. */
  constructor(runtime: Runtime, messages: Messages, known: (conversation: RemoteKey) => boolean) {
    this.#runtime = runtime;
    this.#messages = messages;
    this.#known = known;
  }

  /** A page that somebody scrolled to, or of a known hole. */
  async page(request: PageRequest, signal: AbortSignal): Promise<Page> {
    const { enabled } = this.#runtime;
    if (!enabled.has('draft/chathistory') || !enabled.has('batch'))
      throw new NatterError(
        errorData('unsupported', 'this server keeps no history', { scope: 'conversation' }),
      );
    if (request.gap !== undefined) return this.gapPage(request.gap, request.limit, signal);
    const { conversation, direction, cursor, anchor } = request;
    const older = direction === 'older';
    const from =
      pointAt(cursor) ?? (anchor === undefined ? null : this.#runtime.positions.pointOf(anchor, older));
    const at = from === null ? '*' : this.#reference(from);
    const command = from === null ? 'LATEST' : older ? 'BEFORE' : 'AFTER';
    const told = await this.ask(command, conversation, at, request.limit, signal);
    const { items, full } = told;
    // A server tells of nobody that there is no such nick: it has no page of theirs.
    if (told.oldest === null && from === null && !this.#known(conversation))
      throw new NatterError(
        errorData('not-found', 'the server knows no such conversation', { scope: 'conversation' }),
      );
    const neighbour = from?.id ?? null;
    const place = { by: 'page', after: older ? null : neighbour, before: older ? neighbour : null } as const;
    const edge = older ? told.oldest : told.newest;
    const more = full && edge !== null;
    return {
      batch: { origin: 'archive', events: [...timeline(conversation, place, items), ...told.changes] },
      next: more ? writePoint(edge) : null,
      reached: more ? null : older ? 'start' : 'end',
    };
  }

  /** The newest part of a hole; what is left of it stays marked. Where the server has no more, there is no hole to fill. */
  async gapPage(gap: Gap, limit: number, signal: AbortSignal): Promise<Page> {
    const [afterText = '', beforeText = ''] = (gap.token ?? '').split('\n');
    const [after, before] = [readPoint(afterText), readPoint(beforeText)];
    if (before === null)
      throw new NatterError(
        errorData('invalid', 'this hole is of another version', { scope: 'conversation' }),
      );
    const { conversation } = gap;
    const told = await this.ask('BEFORE', conversation, this.#reference(before), limit, signal);
    const fresh = behind(told.items, after);
    const closed = reaches(told, after) || !told.full || told.oldest === null;
    const place = { by: 'page', after: closed ? gap.after : null, before: gap.before } as const;
    const rest: Gap = {
      ...gap,
      before: fresh[0]?.stable ?? gap.before,
      token: `${afterText}\n${writePoint(told.oldest ?? before)}`,
    };
    const change: GapChange = closed ? { op: 'close', id: gap.id } : { op: 'open', gap: rest };
    const batch = {
      origin: 'archive',
      events: [...timeline(conversation, place, fresh), ...told.changes],
      gaps: [change],
    } as const;
    return { batch, next: closed ? null : rest.token, reached: null };
  }

  /** Asks for one part of a conversation (CHATHISTORY with LATEST, BEFORE, AFTER or AROUND). */
  async ask(
    command: 'LATEST' | 'BEFORE' | 'AFTER' | 'AROUND',
    conversation: RemoteKey,
    at: string,
    limit: number,
    signal: AbortSignal,
  ): Promise<HistoryLines> {
    const count = Math.max(1, Math.min(limit, PAGE, this.#runtime.support.number('CHATHISTORY', PAGE)));
    const target = conversation.replace(/^~/, '');
    const batch = await this.question([command, target, at, String(count)], signal);
    const names = this.#messages.names();
    const lines = (batch === null ? [] : Messages.pageLines(pageOf(batch))).map((line) => names.named(line));
    const [first, last] = [lines[0], lines.at(-1)];
    return {
      items: this.#items(lines, conversation),
      changes: [
        ...lines
          .flatMap((line) => this.#messages.changes(line))
          .filter((event) => 'conversation' in event && event.conversation === conversation),
        ...this.#strangers(lines, conversation, target),
      ],
      oldest: first === undefined ? null : pointOf(this.#item(first, '')),
      newest: last === undefined ? null : pointOf(this.#item(last, '')),
      full: lines.length >= count,
    };
  }

  /** Under the nick of a contact somebody else may have spoken, and the server keeps both as one. */
  #strangers(lines: readonly IrcLine[], conversation: RemoteKey, address: string): Event[] {
    if (conversation.startsWith('~') || this.#runtime.support.isChannel(conversation)) return [];
    const key = remoteKey(`~${conversation}`);
    const items = this.#items(lines, key);
    if (items.length === 0) return [];
    const place = { by: 'page', after: null, before: null } as const;
    return [...this.#messages.introduce(key, address), ...timeline(key, place, items)];
  }

  /** The batch with which the server answers a CHATHISTORY command. */
  async question(params: readonly string[], signal: AbortSignal): Promise<Batch | null> {
    const { asks, support } = this.#runtime;
    const type = params[0] === 'TARGETS' ? 'draft/chathistory-targets' : 'chathistory';
    const answers = (batch: Batch): boolean =>
      batch.type === type &&
      (type !== 'chathistory' || support.fold(batch.params[0] ?? '') === support.fold(params[1] ?? ''));
    const ask = async (): Promise<Batch | null> =>
      (await asks.ask({ command: 'CHATHISTORY', params, signal, answers })).batch;
    if (asks.nextLabel !== null) return ask();
    const turn = this.#turn.then(ask);
    this.#turn = turn.catch(() => {}); // told to whoever asked
    return turn;
  }

  #reference(point: HistoryPoint): string {
    const text = reference(point, referenceKinds(this.#runtime.support.get('MSGREFTYPES')));
    if (text !== null) return text;
    throw new NatterError(
      errorData('not-found', 'the server cannot be asked what is next to this message', {
        scope: 'conversation',
      }),
    );
  }

  #items(lines: readonly IrcLine[], conversation: RemoteKey): MessageIn[] {
    return lines.flatMap((line) => {
      if (line.command !== 'PRIVMSG' && line.command !== 'NOTICE') return [];
      if (contentOf(line.command, lastParam(line)) === null) return [];
      if (this.#messages.conversationOf(line) !== conversation) return [];
      const item = this.#item(line, lastParam(line));
      this.#runtime.positions.remember(conversation, pointOf(item));
      return [item];
    });
  }

  #item(line: IrcLine, text: string): MessageIn {
    const sender = this.#messages.senderOf(line);
    const command = line.command === 'NOTICE' ? 'NOTICE' : 'PRIVMSG';
    const content = contentOf(command, text, this.#runtime.files.url) ?? { kind: 'text', text: '' };
    const mentioned = !sender.self && mentions(content.text, this.#runtime.nick);
    const conversation = this.#messages.conversationOf(line);
    const { operation = null, part = 0 } =
      (sender.self && text !== '' ? this.#runtime.doubts.match(conversation, text) : null) ?? {};
    return messageOf(line, { sender, content, operation, part, mentioned, now: Date.now() });
  }
}

/** The items that lie behind a point. */
export function behind(items: readonly MessageIn[], point: HistoryPoint | null): readonly MessageIn[] {
  if (point === null) return items;
  const at = items.findLastIndex(({ stable }) => stable !== null && stable === point.id);
  if (at >= 0) return items.slice(at + 1);
  const { time } = point;
  return time === null ? items : items.filter(({ sentAt }) => sentAt === null || sentAt >= time);
}

/** Whether what was told goes back to a point: nothing is missing in between. */
export function reaches({ items, oldest }: HistoryLines, point: HistoryPoint | null): boolean {
  if (point === null) return false;
  if (items.some(({ stable }) => stable !== null && stable === point.id)) return true;
  return oldest !== null && oldest.time !== null && point.time !== null && oldest.time < point.time;
}

/** Where a message stands. */
export function pointOf({ stable, sentAt }: MessageIn): HistoryPoint {
  return { id: stable, time: sentAt };
}

/** The event of a page; none for an empty one. */
export function timeline(
  conversation: RemoteKey,
  place: Extract<Event, { type: 'timeline' }>['place'],
  items: readonly MessageIn[],
): Event[] {
  return items.length === 0 ? [] : [{ type: 'timeline', conversation, place, items }];
}

function pointAt(cursor: string | undefined): HistoryPoint | null {
  return cursor === undefined ? null : readPoint(cursor);
}

/** The page itself, within the batch that answers the question. */
function pageOf(batch: Batch): Batch {
  if (batch.type === 'chathistory') return batch;
  for (const item of batch.items) if (isBatch(item)) return pageOf(item);
  return { ...batch, items: linesOf(batch) };
}

/** Who the server says to have talked to us, and when last (draft/chathistory, TARGETS). */
export function targetsOf(batch: Batch | null): readonly { name: string; time: number }[] {
  const lines = batch === null ? [] : linesOf(batch);
  return lines.flatMap((line) => {
    const time = Date.parse(param(line, 2));
    const isTarget = line.command === 'CHATHISTORY' && param(line, 0) === 'TARGETS' && param(line, 1) !== '';
    return isTarget && Number.isFinite(time) ? [{ name: param(line, 1), time }] : [];
  });
}
