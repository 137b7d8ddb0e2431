/** What a WebSocket tells, synchronously and in order. */
export interface FrameEvents {
  text(frame: string): void;
  /** Last event, exactly once; `why` is for a person. */
  closed(why: string): void;
}

/** A connected WebSocket of the subprotocol `xmpp`, whoever made it: a browser, or Node. */
export interface FrameSocket {
  /** Encrypted to a peer whose certificate and name were verified. */
  readonly secure: boolean;
  /** The peer is this machine. */
  readonly loopback: boolean;
  /** Where events go. What came before is told at once. */
  listen(events: FrameEvents): void;
  send(frame: string): void;
  /** Stops and starts reading, where the platform can. */
  pause(): void;
  resume(): void;
  /** Lets go of it at once; `closed` does not come any more. */
  destroy(): void;
}

/** The subprotocol of RFC 7395 section 3.1. */
export const SUBPROTOCOL = 'xmpp';
