/** A request for the bytes of a file. */
export interface HttpRequest {
  /** `http:` or `https:`. */
  readonly url: string;
  readonly method: 'GET' | 'PATCH';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Certificate authorities in PEM, in place of the system's. Browsers cannot take one. */
  readonly ca?: string;
  /** Ends the request, and the answer that is being read. */
  readonly signal: AbortSignal;
  /** How long nothing may move before the request is ended, where the platform can tell. Milliseconds. */
  readonly patience: number;
}

/** The answer, whose body is still to be read, or to be discarded. */
export interface HttpAnswer {
  readonly status: number;
  /** To be read once. Who stops early ends the connection. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Lets go of what is not wanted. */
  discard(): void;
}

/**
 * The one function that differs between Node and browsers; see `#http` in package.json. Follows no redirect: the leave to
 * transfer is for our server alone. Rejects when the network fails.
 */
export type SendHttp = (request: HttpRequest) => Promise<HttpAnswer>;
