/** Bounds that hold below the parser and around every wait. Sizes in bytes, times in milliseconds. */
export interface WireLimits {
  /** Largest stanza before sign-in, when nobody has proved anything yet. */
  readonly stanzaBytesBeforeLogin: number;
  /** Largest stanza after sign-in. A roster of 10,000 contacts is one stanza of 1 to 2 MB. */
  readonly stanzaBytes: number;
  /** Elements (each counts as two), attributes and text pieces in one stanza: many tiny ones cost far more memory than their bytes. */
  readonly stanzaNodes: number;
  /** Bytes of stanzas that may wait to be looked at or stored; past it reading stops, or the stream if it cannot stop. */
  readonly waitingBytes: number;
  /** Nesting inside the stream. */
  readonly depth: number;
  /** To reach one address. */
  readonly connectTime: number;
  /** For one TLS handshake. */
  readonly handshakeTime: number;
  /** From the open socket to a usable stream, sign-in included. */
  readonly loginTime: number;
  /** For the answer to one request. */
  readonly requestTime: number;
  /** Silence after which the link is probed, and the wait for any sign of life after that. */
  readonly idleTime: number;
  readonly probeTime: number;
  /** For the peer to close the stream after we did. */
  readonly closeTime: number;
  /** Silence of a room after which it is asked whether we are still inside (XEP-0410), and the first wait before going in again. */
  readonly roomQuietTime: number;
  readonly roomRetryTime: number;
}

/** What applies where an account says nothing else. */
export const DEFAULT_LIMITS: WireLimits = {
  stanzaBytesBeforeLogin: 64 * 1024,
  stanzaBytes: 8 * 1024 * 1024,
  stanzaNodes: 300_000,
  waitingBytes: 16 * 1024 * 1024,
  depth: 64,
  connectTime: 10_000,
  handshakeTime: 10_000,
  loginTime: 30_000,
  requestTime: 30_000,
  idleTime: 40_000, // with the probe less than a minute, after which a dead link is to be known
  probeTime: 15_000,
  closeTime: 500,
  roomQuietTime: 10 * 60_000,
  roomRetryTime: 5_000,
};
