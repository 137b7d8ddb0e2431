/** What happens to the bytes of one direction. An empty object forwards them untouched. */
export interface LaneFaults {
  /** The most bytes in one write, or a range to draw from. 1 tears every multi-byte character and every frame apart. */
  readonly slice?: number | { readonly min: number; readonly max: number };
  /** How long bytes are under way, in milliseconds. Order is kept: a byte never overtakes another. */
  readonly latency?: { readonly base: number; readonly jitter?: number };
  /** Bytes per second. */
  readonly bandwidth?: number;
  /** The probability, per byte, that one of its bits is flipped. */
  readonly corrupt?: number;
  /** Holds everything back until it is unset; nothing is lost. What a peer sees that is stopped or unreachable. */
  readonly stalled?: boolean;
  /** What ends the direction once it has carried so many bytes, counted from the start of the connection. */
  readonly endAfter?: { readonly bytes: number; readonly how: Ending };
}

/**
 * How a direction ends. `reset`: RST to both sides. `close`: FIN to both sides. `half-close`: FIN in this direction
 * only. `black-hole`: bytes are taken and vanish, and nobody is told: a dead link.
 */
export type Ending = 'reset' | 'close' | 'half-close' | 'black-hole';

/** The faults of both directions of a connection. */
export interface ConnectionFaults {
  readonly toServer?: LaneFaults;
  readonly toClient?: LaneFaults;
}
