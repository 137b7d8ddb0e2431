import type { Observable } from 'rxjs';
import type { Streams } from '../client/index.ts';
import { applySplices } from '../link/index.ts';
import type { LinkSubscription, WindowFrame } from '../link/index.ts';
import { State } from '../streams/index.ts';
import { filter } from 'rxjs';
import type { Rows, Windowed } from './client.ts';
import { follow } from './follow.ts';
import type { FacadeContext } from './follow.ts';
import type { StreamsOf } from './linked-streams.ts';
import { sharedState } from './shared.ts';

/** The rows after a frame. `version` counts on when the link begins anew after a cut. */
function nextRows<V>(before: Rows<V> | undefined, frame: WindowFrame<V>): Rows<V> {
  const { base, splices, total, offset, atStart, atEnd } = frame;
  const rows = applySplices(base === null ? [] : (before?.rows ?? []), splices);
  return { version: (before?.version ?? 0) + 1, offset, total, rows, atStart, atEnd };
}

/** A window of the link that is open until it is closed. */
export function linkedWindow<Name extends StreamsOf<'window'>, To extends object>(
  context: FacadeContext,
  stream: Name,
  params: Streams[Name][0],
): Windowed<Streams[Name][2], To> {
  type V = Streams[Name][2];
  const state = new State<Rows<V> | undefined>(context.frames, undefined);
  let latest: Rows<V> | undefined;
  let wanted = params;
  const opened: LinkSubscription<Streams[Name][0]> = follow(context, stream, params, {
    frame: (frame) => {
      // A stream of this kind has no other frames.
      latest = nextRows(latest, frame as WindowFrame<V>);
      state.set(latest);
    },
    end: () => state.end(),
  });
  return {
    rows$: state.value$.pipe(filter((rows) => rows !== undefined)),
    move: (to) => {
      wanted = { ...wanted, ...to };
      opened.update(wanted);
    },
    close: () => {
      opened.close();
      state.end();
    },
  };
}

/** How many rows of a whole list are asked for at first; each step doubles the list, up to so many more rows at a time. */
const FIRST_STEP = 1_000;
const LONGEST_STEP = 8_000;

/** All rows of a list while somebody listens: a window that grows in steps until it holds the list. */
export function wholeList<Name extends 'people' | 'conversations'>(
  context: FacadeContext,
  stream: Name,
  query: Omit<Streams[Name][0], 'offset' | 'limit'>,
): Observable<readonly Streams[Name][2][]> {
  type V = Streams[Name][2];
  return sharedState<readonly V[]>(context.frames, (feeder) => {
    const params = (limit: number): Streams[Name][0] => ({ ...query, offset: 0, limit });
    let limit = FIRST_STEP;
    let latest: Rows<V> | undefined;
    // In-process the first frame comes before there is a subscription to update.
    let update: ((wanted: Streams[Name][0]) => void) | null = null;
    const grow = (): void => {
      if (update === null || latest === undefined || latest.atEnd || latest.rows.length < limit) return;
      limit += Math.min(limit, LONGEST_STEP);
      update(params(limit));
    };
    const subscription = follow(context, stream, params(limit), {
      frame: (frame) => {
        latest = nextRows(latest, frame as WindowFrame<V>);
        feeder.next(latest.rows);
        grow();
      },
      end: () => feeder.end(),
    });
    update = (wanted) => subscription.update(wanted);
    grow();
    return () => subscription.close();
  });
}
