import { errorData, NatterError } from '../model/error.ts';
import type { CallOptions } from './client-link.ts';

/** The end of a caller's patience: aborted, out of time, or the link closed. */
export interface GivenUp {
  /** Aborts with a NatterError as its reason. */
  readonly signal: AbortSignal;
  /** Rejects with that error; never resolves. */
  readonly rejection: Promise<never>;
  /** Frees the timer and the listeners; call it when the call is over. */
  release(): void;
}

/** Watches everything that can make a caller give up. */
export function givenUp({ signal, deadline }: CallOptions, closing: AbortSignal): GivenUp {
  const abort = new AbortController();
  const { promise: rejection, reject } = Promise.withResolvers<never>();
  // It may go unheard when the call is answered first.
  rejection.catch(() => {});
  const give = (error: NatterError): void => {
    reject(error);
    abort.abort(error);
  };
  const onAbort = (): void => give(new NatterError(errorData('aborted', 'cancelled', { certain: false })));
  const onClosing = (): void =>
    give(new NatterError(errorData('closed', 'The link was closed.', { certain: false })));
  const onTimeout = (): void =>
    give(
      new NatterError(
        errorData('timeout', `No answer within ${deadline} ms.`, { retriable: true, certain: false }),
      ),
    );
  const timer = deadline === undefined ? undefined : setTimeout(onTimeout, deadline);
  signal?.addEventListener('abort', onAbort);
  closing.addEventListener('abort', onClosing);
  if (signal?.aborted === true) onAbort();
  if (closing.aborted) onClosing();
  return {
    signal: abort.signal,
    rejection,
    release: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      closing.removeEventListener('abort', onClosing);
    },
  };
}
