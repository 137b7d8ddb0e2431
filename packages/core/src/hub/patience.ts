import { NatterError, errorData } from '../model/index.ts';

/** How long (milliseconds) a session gets to answer after it was told to stop. */
export const defaultPatience = 5000;

/**
 * What a session answers, or a rejection with `timeout` when it still has not answered a while after the signal aborted:
 * a session that hangs must not keep its account from stopping, nor the hub from closing. What it throws at once is a
 * rejection too. Leaves no timer and no listener once the session has answered.
 */
export function withPatience<T>(
  ask: () => Promise<T>,
  signal: AbortSignal,
  milliseconds: number,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wait = (): void => {
      timer = setTimeout(() => {
        signal.removeEventListener('abort', wait);
        reject(new NatterError(errorData('timeout', 'the session did not stop when it was told to')));
      }, milliseconds);
    };
    if (signal.aborted) wait();
    else signal.addEventListener('abort', wait, { once: true });
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wait);
    };
    // In a promise of its own, so that what is thrown at once rejects like everything else.
    Promise.resolve().then(ask).then(resolve, reject).finally(settle);
  });
}
