import type { Methods } from '@natter/core';
import { clientManifest } from '@natter/core/link/connect';
import type { ClientLink, Manifest } from '@natter/core/link/connect';

/** What the daemon answers beside the client interface: about itself. */
export interface DaemonMethods extends Methods {
  /** The handshake: first on every connection. */
  'daemon.status': [Readonly<Record<string, never>>, DaemonStatus];
  /** Ends the daemon once it has answered: connections are closed in order, what is queued stays queued. */
  'daemon.stop': [Readonly<Record<string, never>>, null];
  /** Whether it ends when idle. */
  'daemon.stay': [{ readonly stay: boolean }, null];
}

/** A daemon about itself. */
export interface DaemonStatus {
  readonly name: 'natter';
  readonly version: string;
  /** The version of the client interface that it speaks. */
  readonly protocol: number;
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly stay: boolean;
  /** Milliseconds without a front end after which it ends. */
  readonly idle: number;
  /** Connected front ends, the asking one included. */
  readonly frontEnds: number;
}

/** The link to a daemon. */
export type DaemonLink = ClientLink<DaemonMethods>;

/** The version of the client interface that this package speaks; see ClientInfo. */
export const clientProtocol = 1;

/** What may be called over the daemon's socket. */
export const daemonManifest: Manifest<DaemonMethods> = {
  methods: ['daemon.status', 'daemon.stop', 'daemon.stay', ...clientManifest.methods],
  streams: clientManifest.streams,
};
