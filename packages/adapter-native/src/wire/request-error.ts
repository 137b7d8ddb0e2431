import type { WireError } from '@natter/native-protocol';
import type { Fault } from './fault.ts';

/**
 * Why a request has no result. `refused`: the server answered with an error. `ended`: the connection did. `aborted`: the
 * caller did not want it any more. `sent` tells whether a byte had left, so that the server may have acted on it.
 */
export type RequestFailure =
  | { readonly kind: 'refused'; readonly error: WireError }
  | { readonly kind: 'ended'; readonly fault: Fault; readonly sent: boolean }
  | { readonly kind: 'aborted'; readonly sent: boolean };

/** What `Connection.request` rejects with. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly failure: RequestFailure;

  constructor(failure: RequestFailure) {
    super(failure.kind === 'refused' ? failure.error.code : failure.kind);
    this.failure = failure;
  }
}
