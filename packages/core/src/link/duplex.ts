/** A connection that carries whole text messages, in order: a socket, a message port, or a pair in memory. */
export interface Duplex {
  /** Sends one message. After the close it does nothing. */
  send(text: string): void;
  /** Sets who receives the messages; what arrived before is delivered then. */
  onMessage(listener: (text: string) => void): void;
  /** Sets who hears, once, that the connection is gone, for whatever reason; at once if it is gone already. */
  onClose(listener: () => void): void;
  /** Closes it after what was sent. Idempotent. */
  close(): void;
}
