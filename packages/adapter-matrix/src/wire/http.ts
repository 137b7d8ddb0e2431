import type { TrustPolicy } from '@natter/wire';
import type { StartDigest } from './digest.ts';
import type { WireError } from './error.ts';
import type { WireLimits } from './limits.ts';

/** One request. */
export interface HttpRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  /** Text, or a stream of bytes whose length is known. */
  readonly body?: string | { readonly bytes: AsyncIterable<Uint8Array>; readonly size: number };
  /** How long nothing may move (milliseconds). */
  readonly silence: number;
  /** The connection of this request stands for the run: when it breaks, {@link HttpClient.broken} tells. */
  readonly watched?: boolean;
  /** Ends the request, and the answer that is being read. */
  readonly signal: AbortSignal;
}

/** The answer, whose body is to be read once, or discarded. */
export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
  /** Gives up what has not been read. */
  discard(): void;
}

/** Connections to the servers of one account, for one run. */
export interface HttpClient {
  /** Follows no redirect. Rejects with WireError; an answer of any status resolves. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Resolves when the connection of the last watched request was broken, also while nothing was asked. */
  readonly broken: Promise<WireError>;
  /** Destroys every connection: what is under way rejects, and nothing is left. */
  close(): void;
}

/** What the surroundings (Node, a browser) provide to the wire. */
export interface Platform {
  readonly startDigest: StartDigest;
  /** No I/O happens before the first request. */
  open(trust: TrustPolicy, limits: WireLimits): HttpClient;
  /** Listens for a browser that comes back from a sign-in; null where nothing can listen. */
  readonly loopback: (() => Promise<Loopback>) | null;
}

/** A listener on this machine, for one browser. */
export interface Loopback {
  /** Where the browser shall come back to. */
  readonly url: string;
  /** What it comes back with. */
  readonly received: Promise<URLSearchParams>;
  /** Frees everything. */
  close(): void;
}
