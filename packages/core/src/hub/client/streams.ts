import type { Observable } from 'rxjs';
import type { MembersView, Streams, TypingView } from '../../client/index.ts';
import type { Handlers, OpenStream, ValueFeed } from '../../link/handlers.ts';
import { toErrorData, withoutSecrets } from '../../model/index.ts';
import { accountView } from './account-view.ts';
import { followChanges } from './change-log.ts';
import type { ClientContext } from './context.ts';
import { found } from './context.ts';
import { listStreams } from './list-streams.ts';
import { TimelineWindow } from './timeline-window.ts';

/** The streams of the client interface. */
export function clientStreams(context: ClientContext): Handlers['streams'] {
  const { environment, interactions, transfers } = context;
  const { profile } = environment;
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
    ...listStreams(context),
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
