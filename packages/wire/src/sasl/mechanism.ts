/** One run of a SASL mechanism (RFC 4422): bytes in, bytes out, and a check of the server at the end. */
export interface Mechanism {
  readonly name: string;
  /** The first thing the client says. */
  initial(): Promise<Uint8Array>;
  /** The answer to a challenge. */
  respond(challenge: Uint8Array): Promise<Uint8Array>;
  /**
   * Called once the server says it is done, with its last data if there was any. Rejects when the server did not prove
   * itself, whatever it says: a success without proof is a failure.
   */
  finish(data: Uint8Array | null): Promise<void>;
}

/** What ties a sign-in to the TLS connection it runs in (RFC 5056). */
export interface ChannelBinding {
  readonly type: 'tls-exporter' | 'tls-unique' | 'tls-server-end-point';
  readonly data: Uint8Array;
}

/** Who signs in. The password is asked for once a mechanism is chosen over a verified connection, and not before. */
export interface Credentials {
  readonly username: string;
  password(): Promise<string>;
}
