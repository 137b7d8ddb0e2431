import type { Observable } from 'rxjs';
import { LiveObservable } from '../streams/live-observable.ts';
import type { ChangeItem, ChangeType, Streams } from '../client/index.ts';
import type { ClientChange } from './client.ts';
import { follow } from './follow.ts';
import type { FacadeContext } from './follow.ts';
import { sharedEvents, sharedState } from './shared.ts';

/** The streams of one kind, by name. */
export type StreamsOf<Kind> = {
  [Name in keyof Streams]: Streams[Name][1] extends Kind ? Name : never;
}[keyof Streams];

/** A state of the link as a stream that runs while somebody listens. */
export function linkedState<Name extends StreamsOf<'state'>>(
  context: FacadeContext,
  stream: Name,
  params: Streams[Name][0],
): Observable<Streams[Name][2]> {
  return sharedState<Streams[Name][2]>(context.frames, (feeder) => {
    const opened = follow(context, stream, params, {
      // A stream of this kind has no other frames.
      frame: (frame) => feeder.next((frame as { readonly value: Streams[Name][2] }).value),
      end: () => feeder.end(),
    });
    return () => opened.close();
  });
}

/** Items of some types as they happen, from the first subscriber on. */
export function linkedEvents<Type extends ChangeType>(
  context: FacadeContext,
  type: Type,
): Observable<Extract<ChangeItem, { readonly type: Type }>> {
  return sharedEvents(context.frames, (feeder) => {
    const opened = follow(
      context,
      'changes',
      { after: 'now', types: [type] },
      {
        frame: ({ items }) => {
          for (const item of items) if (isOf(item, type)) feeder.next(item);
        },
        end: () => feeder.end(),
      },
    );
    return () => opened.close();
  });
}

function isOf<Type extends ChangeType>(
  item: ChangeItem,
  type: Type,
): item is Extract<ChangeItem, { readonly type: Type }> {
  return item.type === type;
}

/** The log from a cursor on; a log of its own for each subscriber. */
export function changeLog(
  context: FacadeContext,
  after: string,
  types: readonly ChangeType[] | undefined,
): Observable<ClientChange> {
  const params = types === undefined ? { after } : { after, types };
  return new LiveObservable<ClientChange>(
    (error) => context.frames.report(error),
    (subscriber) => {
      const opened = follow(context, 'changes', params, {
        frame: ({ cursor, items }) => {
          for (const item of items) subscriber.next({ cursor, item });
        },
        end: () => subscriber.complete(),
      });
      return () => opened.close();
    },
  );
}
