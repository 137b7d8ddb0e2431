import type { ClientCertificate, TrustPolicy, HttpAnswer, HttpRequest } from '@natter/wire';
import type { WireError } from './error.ts';
import type { WireLimits } from './limits.ts';

/** What a channel reports, synchronously and in order. */
export interface ChannelEvents {
  bytes(chunk: Uint8Array): void;
  /** Last event, exactly once. */
  ended(error: WireError): void;
}

/** A connected carrier of bytes. Whatever ends it, the socket is destroyed and no timer or listener is left. */
export interface Channel {
  /** Encrypted to a peer whose certificate and name were verified (or pinned by the user). */
  readonly secure: boolean;
  /** Where events go. Until it is called, nothing is read. */
  listen(events: ChannelEvents): void;
  write(text: string): void;
  pause(): void;
  resume(): void;
  /** Flushes what was written and closes; `ended` comes before this returns. */
  destroy(error: WireError): void;
}

/** Where one attempt goes to. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly trust: TrustPolicy;
  readonly client: ClientCertificate | null;
}

/** What the surroundings (Node, a browser) provide to the wire. */
export interface Platform {
  connect(target: Target, limits: WireLimits, signal: AbortSignal): Promise<Channel>;
  /** Asks a web server. Follows no redirect. Rejects with WireError; an answer of any status resolves. */
  fetch(request: HttpRequest): Promise<HttpAnswer>;
}
