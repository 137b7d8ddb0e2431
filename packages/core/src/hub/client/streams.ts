import type { Observable } from 'rxjs';
import type {
  ConversationView,
  MembersView,
  PeopleQuery,
  Span,
  Streams,
  TypingView,
} from '../../client/index.ts';
import type { Handlers, OpenStream, ValueFeed, WindowFeed } from '../../link/handlers.ts';
import type { Person } from '../../model/index.ts';
import { toErrorData, withoutSecrets } from '../../model/index.ts';
import { openWindow } from '../../streams/index.ts';
import type { Ordered } from '../../streams/index.ts';
import { accountView } from './account-view.ts';
import { followChanges } from './change-log.ts';
import type { ClientContext } from './context.ts';
import { found } from './context.ts';
import { conversationList } from './conversation-rows.ts';
import { peopleList } from './people-list.ts';
import { SharedViews } from './shared-views.ts';
import { TimelineWindow } from './timeline-window.ts';

/** The streams of the client interface. */
export function clientStreams(context: ClientContext): Handlers['streams'] {
  const { environment, interactions, transfers } = context;
  const { profile } = environment;
  const peopleViews = new SharedViews<ReturnType<typeof peopleList>>();
  const conversationViews = new SharedViews<ReturnType<typeof conversationList>>();
  return {
    accounts: (_, feed) =>
      follow([profile.accounts.delta$, profile.statuses.delta$], feed, () =>
        [...profile.accounts.entries()].flatMap(([id]) => accountView(environment, id) ?? []),
      ),
    attention: (_, feed) =>
      follow([profile.statuses.delta$], feed, () =>
        [...profile.statuses.entries()].flatMap(([account, { attention }]) =>
          attention.length > 0 ? [{ account, items: attention }] : [],
        ),
      ),
    interactions: (_, feed) => follow([interactions.asked.value$], feed, () => interactions.asked.value),
    people: (params, feed) =>
      openList(params, feed, ({ offset: _offset, limit: _limit, ...query }) =>
        peopleViews.borrow(nameOf(query), () => peopleList(context.people, query)),
      ),
    conversations: (params, feed) =>
      openList(params, feed, ({ offset: _offset, limit: _limit, ...query }) =>
        conversationViews.borrow(nameOf(query), () => conversationList(context.conversations, query)),
      ),
    timeline: (params, feed) => new TimelineWindow(context, params, feed),
    members: (params, feed) => followMembers(context, params, feed),
    typing: ({ conversation }, feed) =>
      follow([profile.typists.delta$], feed, (): readonly TypingView[] =>
        [...profile.typists.entries()].flatMap(([, typist]) =>
          conversation === undefined || typist.conversation === conversation
            ? [
                {
                  account: typist.account,
                  conversation: typist.conversation,
                  key: typist.key,
                  name: typist.name,
                },
              ]
            : [],
        ),
      ),
    operation: ({ operation: id }, feed) => {
      const look = () => withoutSecrets(found(profile.operations.get(id), 'operation', 'operation'));
      look();
      return follow([profile.operations.watch(id)], feed, look);
    },
    changes: (params, signal) => followChanges(context, params, signal),
    transfers: (_, feed) =>
      follow([transfers.rows.delta$], feed, () =>
        [...transfers.rows.entries()].map(([, transfer]) => transfer),
      ),
    transfer: ({ blob }, feed) => {
      const look = () => found(transfers.rows.get(blob), 'transfer', 'transfer');
      look();
      return follow([transfers.rows.watch(blob)], feed, look);
    },
  };
}

function nameOf(query: object): string {
  return JSON.stringify(query);
}

/** Feeds the value of `look` whenever one of the sources changes; several changes of one tick are one value. */
function follow<T, Params>(
  sources: readonly Observable<unknown>[],
  feed: ValueFeed<T>,
  look: () => T,
): OpenStream<Params> {
  let scheduled = false;
  let closed = false;
  const show = (): void => {
    scheduled = false;
    if (closed) return;
    try {
      feed.value(look());
    } catch (error) {
      feed.end(toErrorData(error));
    }
  };
  const subscriptions = sources.map((source) =>
    source.subscribe(() => {
      if (scheduled) return;
      scheduled = true;
      queueMicrotask(show);
    }),
  );
  return {
    close() {
      closed = true;
      for (const subscription of subscriptions) subscription.unsubscribe();
    },
  };
}

type Row = Person | ConversationView;
type ListParams = (PeopleQuery | Streams['conversations'][0]) & Span;

/** A list that is lent out. */
interface Borrowed<V extends Row> {
  readonly view: Ordered<V['id'], V>;
  readonly release: () => void;
}

/** A window on a list; another span moves it, another query opens another list. */
function openList<V extends Row, P extends ListParams>(
  params: P,
  feed: WindowFeed<V>,
  borrow: (params: P) => Borrowed<V>,
): OpenStream<P> {
  let stop = openOne(params);
  function openOne(wanted: P): () => void {
    const { view, release } = borrow(wanted);
    const window = openWindow(view, { offset: wanted.offset, limit: wanted.limit });
    const subscription = window.change$.subscribe((change) => feed.rows(change));
    return () => {
      subscription.unsubscribe();
      window.close();
      release();
    };
  }
  return {
    update(next) {
      // The new one first: a list that both want is not built twice.
      const before = stop;
      stop = openOne(next);
      before();
    },
    close() {
      stop();
    },
  };
}

async function followMembers(
  context: ClientContext,
  { conversation: id }: Streams['members'][0],
  feed: ValueFeed<MembersView>,
): Promise<OpenStream<Streams['members'][0]>> {
  const { profile, store } = context.environment;
  found(profile.conversations.get(id), 'conversation', 'conversation');
  let reading = Promise.resolve();
  const show = (): void => {
    reading = reading
      .then(async () => {
        const members = profile.members.get(id)?.values() ?? (await store.members(id));
        feed.value({
          conversation: id,
          complete: profile.conversations.get(id)?.membersComplete ?? false,
          members: [...members],
        });
      })
      .catch((error: unknown) => feed.end(toErrorData(error)));
  };
  const stopNews = context.news.listen(id, (news) => {
    if (news.members.some(({ conversation }) => conversation === id)) show();
  });
  const subscription = profile.conversations.watch(id).subscribe(show);
  return {
    close() {
      stopNews();
      subscription.unsubscribe();
    },
  };
}
