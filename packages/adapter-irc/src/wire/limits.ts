/** Bounds on what a server may send, on waits, and on what we send. Sizes in bytes, times in milliseconds. */
export interface WireLimits {
  /** The tag part of a line, `@` and the space after it included (message-tags: 8191 for what a server sends). */
  readonly tagBytes: number;
  /** The rest of a line: 512 by RFC 1459; room for what servers that raised it send. */
  readonly bodyBytes: number;
  readonly connectTime: number;
  readonly handshakeTime: number;
  /** From the first byte to the end of registration. */
  readonly signInTime: number;
  /** Silence after which we ask whether the server is there, and how long the answer may take. */
  readonly pingAfter: number;
  readonly pingTime: number;
  /** How long an answer to a command may take. */
  readonly answerTime: number;
  /** Lines that are held while nobody listens yet before reading stops. */
  readonly backlog: number;
}

/** What the adapter goes by when it is told nothing else. */
export const DEFAULT_LIMITS: WireLimits = {
  tagBytes: 8191,
  bodyBytes: 16 * 1024,
  connectTime: 15_000,
  handshakeTime: 15_000,
  signInTime: 60_000,
  pingAfter: 30_000,
  pingTime: 30_000,
  answerTime: 30_000,
  backlog: 512,
};
