import type { WireError } from '@natter/native-protocol';

/**
 * Why a connection is over or never came to be. `lost`: the link broke. `no-tls`: the other side speaks no TLS.
 * `status`: an HTTP answer instead of a WebSocket. `protocol`: the other side broke the protocol. `stalled`: this side
 * read nothing for too long, because what came before could not be stored in time. `told`: the server said why it ends
 * the connection. `closed`: this side wanted it.
 */
export type FaultKind =
  | 'name-not-found'
  | 'connection-refused'
  | 'timeout'
  | 'certificate-untrusted'
  | 'certificate-expired'
  | 'certificate-wrong-name'
  | 'no-tls'
  | 'status'
  | 'protocol'
  | 'lost'
  | 'stalled'
  | 'told'
  | 'closed';

/** A {@link FaultKind} with what is known about it. */
export interface Fault {
  readonly kind: FaultKind;
  /** A half sentence for people, of our own words: what the other side said is not repeated in it. */
  readonly detail: string;
  /** With `told`: what the server said. Data from the network. */
  readonly error?: WireError;
  /** With `status`: the HTTP status. */
  readonly status?: number;
  /** Milliseconds, when the other side said when to come again. */
  readonly retryAfter?: number;
}
