import type { Streams } from '@natter/core';
import type { ClientLink, EndReason, StreamFrame } from '@natter/core/link';
import { NatterError } from '@natter/core/error';

/** The frames of a stream of one name. */
export type FrameOf<Name extends keyof Streams> = StreamFrame<Streams[Name][1], Streams[Name][2]>;

/**
 * Reads a stream of the link one frame at a time: the next one is let in when the last one is dealt with. Ends with the
 * stream; throws its error, or the reason of the signal. Leaving the loop closes the stream.
 */
export async function* readFrames<Name extends keyof Streams>(
  link: ClientLink,
  stream: Name,
  params: Streams[Name][0],
  signal: AbortSignal,
): AsyncGenerator<FrameOf<Name>, void, undefined> {
  const frames: FrameOf<Name>[] = [];
  let ended: EndReason | undefined;
  let wake = Promise.withResolvers<void>();
  const subscription = link.open(stream, params, {
    frame(frame) {
      frames.push(frame);
      wake.resolve();
    },
    end(why) {
      ended = why;
      wake.resolve();
    },
  });
  const onAbort = (): void => wake.resolve();
  signal.addEventListener('abort', onAbort);
  try {
    for (;;) {
      signal.throwIfAborted();
      const frame = frames.shift();
      if (frame !== undefined) {
        yield frame;
        subscription.credit(1);
      } else if (ended !== undefined) {
        if ('error' in ended) throw new NatterError(ended.error);
        return;
      } else {
        await wake.promise;
        wake = Promise.withResolvers<void>();
      }
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    subscription.close();
  }
}
