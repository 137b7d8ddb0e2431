import { filter, map } from 'rxjs';
import type { ClientLink, LinkStatus } from '../link/index.ts';
import { EventStream, Frames } from '../streams/index.ts';
import type { ErrorHook } from '../streams/index.ts';
import type { ErrorData } from '../model/index.ts';
import { accountClient } from './account-client.ts';
import type { Client } from './client.ts';
import { contactsOf } from './contacts.ts';
import type { FacadeContext } from './follow.ts';
import { changeLog, linkedEvents, linkedState } from './linked-streams.ts';
import { linkedWindow, wholeList } from './linked-window.ts';
import { send } from './send.ts';
import { sharedState } from './shared.ts';

/** How a client is made. */
export interface ClientOptions {
  /**
   * Hears what a subscriber of a stream throws; other subscribers are not concerned. The default lets it become an
   * uncaught error of the process or page, as RxJS does.
   */
  readonly onSubscriberError?: ErrorHook;
}

/**
 * Natter as RxJS streams, over any link: `createClient(directLink(hub.handlers))` in-process, or a link to a daemon. The
 * client owns the link from now on and closes it.
 */
export function createClient(
  link: ClientLink,
  { onSubscriberError = throwLater }: ClientOptions = {},
): Client {
  const frames = new Frames(onSubscriberError);
  const faults = new EventStream<ErrorData>(frames);
  const context: FacadeContext = { link, frames, fault: (error) => faults.emit(error) };
  const people$ = wholeList(context, 'people', { filter: {}, sort: [] });
  const client: Client = {
    link,
    accounts$: linkedState(context, 'accounts', {}),
    attention$: linkedState(context, 'attention', {}),
    interactions$: linkedState(context, 'interactions', {}),
    transfers$: linkedState(context, 'transfers', {}),
    typing$: linkedState(context, 'typing', {}),
    people$,
    contacts$: people$.pipe(map(contactsOf)),
    conversations$: wholeList(context, 'conversations', {}),
    messages$: linkedEvents(context, 'message').pipe(
      filter(({ what }) => what === 'new'),
      map(({ message }) => message),
    ),
    presence$: linkedEvents(context, 'presence'),
    status$: sharedState<LinkStatus>(frames, (feeder) =>
      link.onStatus((status) => {
        feeder.next(status);
        if (status === 'closed') feeder.end();
      }),
    ),
    fault$: faults.event$,
    account: (id) => accountClient(context, client, id),
    people: (query) => linkedWindow(context, 'people', query),
    conversations: (query) => linkedWindow(context, 'conversations', query),
    timeline: (conversation, anchor, thread) =>
      linkedWindow(context, 'timeline', { conversation, ...(thread !== undefined && { thread }), ...anchor }),
    changes: (after, types) => changeLog(context, after, types),
    send: (message, options) => send(context, message, options),
    call: (method, params, options) => link.call(method, params, options),
    close: () => {
      link.close();
      faults.end();
    },
  };
  return client;
}

function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
