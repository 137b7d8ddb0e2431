/** A request for, or with, the bytes of a file. */
export interface HttpRequest {
  /** `https:` only. */
  readonly url: string;
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: AsyncIterable<Uint8Array>;
  /** Certificate authorities in PEM that are trusted beside the system's, or null. */
  readonly authorities: string | null;
  /** How long nothing may move (milliseconds). */
  readonly patience: number;
  /** Ends the request, and the answer that is being read. */
  readonly signal: AbortSignal;
}

/** The answer, whose body is to be read once, or discarded. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
  discard(): void;
}
