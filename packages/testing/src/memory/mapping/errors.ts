import {
  errorData,
  NatterError,
  toErrorData,
  type ErrorData,
  type Outcome,
  type UserAction,
} from '@natter/core';
import { LinkDown } from '../network/link.ts';
import { Refusal } from '../network/protocol.ts';

const actions: Partial<Record<ErrorData['code'], UserAction>> = {
  authentication: 'sign-in',
  suspended: 'contact-operator',
  'too-large': 'shorten',
  'not-found': 'check-address',
};

/** What went wrong, in natter's words. What the network itself said is kept as the condition. */
export function toError(caught: unknown): ErrorData {
  if (caught instanceof Refusal) {
    const userAction = actions[caught.code];
    const condition = { refusal: caught.code };
    return errorData(caught.code, caught.message, {
      scope: 'account',
      condition,
      ...(userAction && { userAction }),
    });
  }
  if (caught instanceof LinkDown) {
    return errorData('network', caught.message, { scope: 'account', retriable: true, certain: !caught.sent });
  }
  return toErrorData(caught, { scope: 'account' });
}

/** The outcome of an operation that threw: the network said no, or nobody knows what it did. */
export function toOutcome(caught: unknown): Outcome {
  const error = toError(caught);
  if (!error.certain) return { result: 'unknown', error };
  return { result: error.retriable || error.code === 'aborted' ? 'not-sent' : 'refused', error };
}

/** What cannot be done here. */
export function unsupported(what: string): ErrorData {
  return errorData('unsupported', `the memory network cannot ${what}`, { scope: 'account' });
}

/** Rejects with an error of natter's when the promise rejects, and at once when the signal is aborted. */
export async function answered<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await abortable(promise, signal);
  } catch (caught) {
    throw new NatterError(toError(caught));
  }
}

/** Gives up waiting, as `aborted` and uncertain, when the signal is aborted. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void =>
    reject(new NatterError(errorData('aborted', 'cancelled', { scope: 'operation', certain: false })));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
