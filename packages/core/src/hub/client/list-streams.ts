import type { PeopleQuery, Span, Streams } from '../../client/index.ts';
import type { Handlers, OpenStream, WindowFeed } from '../../link/handlers.ts';
import { openWindow } from '../../streams/index.ts';
import type { Ordered, Window } from '../../streams/index.ts';
import type { ClientContext } from './context.ts';
import { conversationList } from './conversation-rows.ts';
import { criteriaOf, peopleList } from './people-list.ts';
import { SharedViews } from './shared-views.ts';

/** The lists of people and of conversations: a list is kept once, however many windows are open on it. */
export function listStreams(context: ClientContext): Pick<Handlers['streams'], 'people' | 'conversations'> {
  const peopleViews = new SharedViews<ReturnType<typeof peopleList>>();
  const conversationViews = new SharedViews<ReturnType<typeof conversationList>>();
  return {
    people: (params, feed) =>
      openList(
        params,
        feed,
        ({ offset: _offset, limit: _limit, ...query }) =>
          peopleViews.borrow(nameOf({ ...query, sort: criteriaOf(query) }), () =>
            peopleList(context.people, query),
          ),
        ({ person }) => person,
      ),
    conversations: (params, feed) =>
      openList(
        params,
        feed,
        ({ offset: _offset, limit: _limit, ...query }) =>
          conversationViews.borrow(nameOf(query), () => conversationList(context.conversations, query)),
        (conversation) => conversation,
      ),
  };
}

function nameOf(query: object): string {
  return JSON.stringify(query);
}

type ListParams = (PeopleQuery | Streams['conversations'][0]) & Span;

/** A list that is lent out. */
interface Borrowed<K, V> {
  readonly view: Ordered<K, V>;
  readonly release: () => void;
}

/** A window on a list that is lent out, and what the list shows. */
interface OpenWindow<K, Shown> {
  readonly query: string;
  readonly window: Window<K, Shown>;
  readonly stop: () => void;
}

/** A window on a list, whose rows are told by `show`; another span moves it, another query opens another list. */
function openList<P extends ListParams, K, V, Shown>(
  params: P,
  feed: WindowFeed<Shown>,
  borrow: (params: P) => Borrowed<K, V>,
  show: (row: V) => Shown,
): OpenStream<P> {
  let open = openOne(params);
  function openOne(wanted: P): OpenWindow<K, Shown> {
    const { offset, limit, ...query } = wanted;
    const { view, release } = borrow(wanted);
    const window = openWindow(view, { offset, limit }, show);
    const subscription = window.change$.subscribe((change) => feed.rows(change));
    const stop = (): void => {
      subscription.unsubscribe();
      window.close();
      release();
    };
    return { query: nameOf(query), window, stop };
  }
  return {
    update(next) {
      const { offset, limit, ...query } = next;
      if (nameOf(query) === open.query) return open.window.move({ offset, limit });
      // The new one first: a list that both want is not built twice.
      const before = open;
      open = openOne(next);
      before.stop();
    },
    close() {
      open.stop();
    },
  };
}
