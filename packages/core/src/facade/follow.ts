import type { Streams } from '../client/index.ts';
import type { ClientLink, LinkSubscription, StreamFrame } from '../link/index.ts';
import type { ErrorData } from '../model/index.ts';
import type { Frames } from '../streams/index.ts';

/** What the parts of a client share. */
export interface FacadeContext {
  readonly link: ClientLink;
  readonly frames: Frames;
  /** Tells of a stream that ended with an error. */
  fault(error: ErrorData): void;
}

/** Who is told about a followed stream. */
export interface FollowListener<Name extends keyof Streams> {
  frame(frame: StreamFrame<Streams[Name][1], Streams[Name][2]>): void;
  /** The stream will say no more; a failure has been told as a fault. */
  end(): void;
}

/** Opens a stream of the link and gives credit for each frame as soon as it is told. */
export function follow<Name extends keyof Streams>(
  context: FacadeContext,
  stream: Name,
  params: Streams[Name][0],
  listener: FollowListener<Name>,
): LinkSubscription<Streams[Name][0]> {
  // In-process the first frame comes before `open` has returned.
  let owed = 0;
  let credit = (): void => {
    owed += 1;
  };
  const subscription = context.link.open(stream, params, {
    frame: (frame) => {
      listener.frame(frame);
      credit();
    },
    end: (why) => {
      if ('error' in why && why.error.code !== 'closed') context.fault(why.error);
      listener.end();
    },
  });
  credit = () => subscription.credit(1);
  if (owed > 0) subscription.credit(owed);
  return subscription;
}
