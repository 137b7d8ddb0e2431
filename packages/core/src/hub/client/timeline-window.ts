import type { MessageView, Streams } from '../../client/index.ts';
import type { OpenStream, WindowFeed } from '../../link/handlers.ts';
import type { ErrorData, Message, OrderKey } from '../../model/index.ts';
import { toErrorData } from '../../model/index.ts';
import type { TimelineRows } from '../../ports/index.ts';
import type { News } from '../state/news.ts';
import type { ClientContext } from './context.ts';
import { found } from './context.ts';
import { messageView } from './message-view.ts';

type Params = Streams['timeline'][0];

/** A part of a conversation that follows what happens in it. Anchored by a message, so that what comes elsewhere never shifts it. */
export class TimelineWindow implements OpenStream<Params> {
  readonly #context: ClientContext;
  readonly #feed: WindowFeed<MessageView>;
  #params: Params;
  #stop: () => void;
  #rows: readonly Message[] = [];
  #edges: Pick<TimelineRows, 'atStart' | 'atEnd'> = { atStart: true, atEnd: true };
  #reading = false;
  #stale = false;
  #closed = false;
  /** Where the window was opened: the read position moves on while somebody reads. */
  #unreadAnchor: OrderKey | null;

  constructor(context: ClientContext, params: Params, feed: WindowFeed<MessageView>) {
    this.#context = context;
    this.#feed = feed;
    this.#params = params;
    const conversation = found(
      context.environment.profile.conversations.get(params.conversation),
      'conversation',
      'conversation',
    );
    this.#unreadAnchor = conversation.readOrder;
    this.#stop = context.news.listen(params.conversation, (news) => this.#hear(news));
    this.#refresh();
  }

  update(params: Params): void {
    if (params.conversation !== this.#params.conversation) {
      this.#stop();
      this.#stop = this.#context.news.listen(params.conversation, (news) => this.#hear(news));
      this.#unreadAnchor =
        this.#context.environment.profile.conversations.get(params.conversation)?.readOrder ?? null;
    }
    this.#params = params;
    this.#refresh();
  }

  close(): void {
    this.#closed = true;
    this.#stop();
  }

  /** Rows that stay in their place are replaced from the news; anything else is read anew. */
  #hear(news: News): void {
    const here = news.messages.filter(({ conversation }) => conversation === this.#params.conversation);
    const known = new Map(this.#rows.map((row) => [row.id, row]));
    const moved = here.some(({ id, order }) => known.get(id)?.order !== order);
    if (moved || news.removed.length > 0 || this.#reading) {
      this.#refresh();
      return;
    }
    const changed = new Map(here.map((row) => [row.id, row]));
    this.#show(this.#rows.map((row) => changed.get(row.id) ?? row));
  }

  #refresh(): void {
    this.#stale = true;
    if (!this.#reading) void this.#read();
  }

  async #read(): Promise<void> {
    this.#reading = true;
    let failed: ErrorData | null = null;
    while (this.#stale && !this.#closed && failed === null) {
      this.#stale = false;
      try {
        const { rows, atStart, atEnd } = await this.#query();
        this.#edges = { atStart, atEnd };
        this.#rows = rows;
      } catch (error) {
        failed = toErrorData(error, { scope: 'conversation' });
      }
    }
    this.#reading = false;
    if (this.#closed) return;
    if (failed) this.#feed.end(failed);
    else this.#show(this.#rows);
  }

  async #query(): Promise<TimelineRows> {
    const { conversation, thread, at, before, after } = this.#params;
    const { store } = this.#context.environment;
    const anchor = await this.#anchor(at);
    const query = { conversation, at: anchor, before, after: anchor === 'end' ? 0 : after };
    return store.timeline(thread === undefined ? query : { ...query, thread });
  }

  async #anchor(at: Params['at']): Promise<'end' | OrderKey> {
    if (at === 'end') return 'end';
    if (at === 'unread') return this.#unreadAnchor ?? 'end';
    const [message] = await this.#context.environment.store.findMessages([at]);
    return found(message, 'message', 'message').order;
  }

  #show(rows: readonly Message[]): void {
    this.#rows = rows;
    const { profile } = this.#context.environment;
    this.#feed.rows({
      rows: rows.map((row) => messageView(profile, row)),
      total: rows.length,
      offset: 0,
      ...this.#edges,
    });
  }
}
