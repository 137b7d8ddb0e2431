import type { ChannelBinding, ClientCertificate, HttpAnswer, HttpRequest, TrustPolicy } from '@natter/wire';
import type { Element } from '@xmpp/xml';
import type { Digest } from './digest.ts';
import type { WireError } from './error.ts';
import type { WireLimits } from './limits.ts';

/** What a channel reports, synchronously and in order. */
export interface ChannelEvents {
  /** Bytes came, before anybody looks at them. */
  heard(bytes: number): void;
  /** The peer's stream header. */
  opened(header: Element): void;
  /** One complete child of the stream. */
  element(element: Element): void;
  /** Last event, exactly once: null when the peer closed the stream in good order. */
  ended(error: WireError | null): void;
}

/**
 * A connected carrier of XML streams: TCP (RFC 6120) here, WebSocket (RFC 7395) in browsers. It knows framing and limits,
 * and nothing of sign-in. Whatever ends it, the socket is destroyed and no timer or listener is left.
 */
export interface Channel {
  /** Encrypted to a peer whose certificate and name were verified (or pinned by the user). */
  readonly secure: boolean;
  /** The peer is this machine. */
  readonly loopback: boolean;
  /** The peer has seen a certificate of ours, which may be all that a sign-in needs (EXTERNAL). */
  readonly identified: boolean;
  /** What a sign-in can be bound to; the preferred one first. */
  readonly bindings: readonly ChannelBinding[];
  /** Where events go. Until it is set, nothing is read. */
  listen(events: ChannelEvents): void;
  /** Starts a (new) stream: forgets the old parser, sends our header. */
  open(attributes: Record<string, string>): void;
  /** Writes one child of the stream. Throws WireError `disconnected` when there is no stream any more. */
  send(element: Element): void;
  /** Ignores everything that comes, the rest of the current chunk included, until the next `open`. */
  halt(): void;
  /** STARTTLS from here on (RFC 6120 section 5): resolves when the peer is verified. Only after `halt`. */
  startTls(signal: AbortSignal): Promise<void>;
  /** Larger stanzas are fine now: the peer and we know each other. */
  trust(): void;
  /** Stops and starts reading. */
  pause(): void;
  resume(): void;
  /** Ends the stream politely, waits a moment for the peer to do so, and destroys. */
  close(): Promise<void>;
  /** Destroys at once; `ended` comes before this returns. A condition is told to the peer as a stream error. */
  destroy(error: WireError): void;
}

/** Whom to trust, and what to show of ourselves. */
export interface LinkTrust extends TrustPolicy {
  readonly client: ClientCertificate | null;
}

/** Where one attempt goes to. */
export type Target =
  | {
      readonly host: string;
      readonly port: number;
      /** TLS from the first byte (XEP-0368), or STARTTLS. */
      readonly security: 'direct' | 'starttls';
    }
  /** RFC 7395. Its certificate is for the host in the address, as the web has it. */
  | { readonly security: 'websocket'; readonly url: string };

/** What the surroundings (Node, a browser) provide to the wire. */
export interface Platform {
  /** The addresses to try for a domain, in order. `server` is the user's own choice and the only one then. */
  resolve(domain: string, server: string | null, signal: AbortSignal): Promise<readonly Target[]>;
  /** More addresses, asked for when none of those could be reached (XEP-0156). Never rejects but for an abort. */
  elsewhere(domain: string, trust: TrustPolicy, signal: AbortSignal): Promise<readonly Target[]>;
  /** Connects to one of them; the certificate must be for `domain`, whatever the host is called. */
  connect(
    target: Target,
    domain: string,
    trust: LinkTrust,
    limits: WireLimits,
    signal: AbortSignal,
  ): Promise<Channel>;
  /** Begins a SHA-256. */
  readonly sha256: () => Digest;
  /** Asks a web server. Follows no redirect. Rejects with WireError; an answer of any status resolves. */
  fetch(request: HttpRequest): Promise<HttpAnswer>;
}
