import { sendHttp } from '#http';
import { errorData, NatterError, toErrorData } from '@natter/core';
import type { FileAccess } from '@natter/native-protocol';
import type { HttpAnswer } from '../wire/http.ts';
import { RequestError } from '../wire/request-error.ts';
import type { Context } from './context.ts';

/** One request for the bytes of a file. */
export interface Transfer {
  readonly method: 'GET' | 'PATCH';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal: AbortSignal;
}

/** Asks the server of the account for bytes, or brings them, with the leave that it has given. Rejects with a RequestError. */
export async function askForBytes(
  context: Context,
  access: FileAccess,
  { headers, signal, ...transfer }: Transfer,
): Promise<HttpAnswer> {
  const { ca, settings } = context;
  // Put together as text: as a relative URL, a path of two slashes would lead to another host.
  const url = `${new URL(context.url).origin.replace(/^ws/u, 'http')}${access.path}`;
  try {
    return await sendHttp({
      ...transfer,
      url,
      headers: { authorization: `Bearer ${access.token}`, ...headers },
      signal,
      patience: settings.replyTimeout,
      ...(ca === undefined ? {} : { ca }),
    });
  } catch (caught) {
    throw broken(caught, signal);
  }
}

/** A transfer that broke. Nothing is lost by it: the next attempt goes on where this one ended. */
export function broken(caught: unknown, signal: AbortSignal): RequestError {
  if (signal.aborted) return new RequestError({ kind: 'aborted', sent: false });
  const detail = `the transfer broke off (${toErrorData(caught).message})`;
  return new RequestError({ kind: 'ended', fault: { kind: 'lost', detail }, sent: false });
}

/** An answer that is no success. */
export function refusedTransfer({ status }: HttpAnswer): Error {
  const detail = `the server answered the transfer with HTTP status ${status}`;
  if (status === 413)
    return new NatterError(errorData('too-large', detail, { scope: 'transfer', userAction: 'shorten' }));
  return new RequestError({ kind: 'ended', fault: { kind: 'status', detail, status }, sent: false });
}
