/** Bounds on what a homeserver may make us hold or wait for. Sizes in bytes, times in milliseconds. */
export interface WireLimits {
  /** The body of an answer. */
  readonly answerBytes: number;
  /** The body of an answer to a synchronisation: the first one tells every room. */
  readonly syncBytes: number;
  /** How deep an answer may be nested. One event may be much less deep: see mapping. */
  readonly depth: number;
  /** TCP and TLS together. */
  readonly connectTime: number;
  /** How long nothing may come while an answer is waited for. */
  readonly silence: number;
  /** How long the server shall hold a synchronisation when there is nothing new. */
  readonly pollTime: number;
}

/** The bounds that hold when nothing else is said. */
export const DEFAULT_LIMITS: WireLimits = {
  answerBytes: 16 * 1024 * 1024,
  syncBytes: 256 * 1024 * 1024,
  depth: 2000,
  connectTime: 20_000,
  silence: 60_000,
  pollTime: 30_000,
};
