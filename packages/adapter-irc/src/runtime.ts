import type { SessionHost } from '@natter/core';
import type { RemoteKey } from '@natter/core/model';
import type { Asks } from './asks.ts';
import type { Commits } from './commits.ts';
import type { Doubts } from './features/doubts.ts';
import type { FileHost } from './features/file-host.ts';
import type { Positions } from './features/positions.ts';
import type { IrcConfig } from './config.ts';
import { nameKey } from './mapping/keys.ts';
import type { IrcConnection } from './wire/connection.ts';
import type { ISupport } from './wire/isupport.ts';
import type { IrcLine } from './wire/line.ts';

/** What every feature of one connection works with. */
export interface Runtime {
  readonly connection: IrcConnection;
  readonly host: SessionHost;
  readonly config: IrcConfig;
  readonly commits: Commits;
  readonly asks: Asks;
  readonly support: ISupport;
  /** The capabilities that are on; it changes with CAP NEW and DEL. */
  readonly enabled: ReadonlySet<string>;
  /** What the server offers, with the values of its capabilities. */
  readonly offered: ReadonlyMap<string, string>;
  readonly files: FileHost;
  readonly positions: Positions;
  readonly doubts: Doubts;
  /** Our nick now. */
  nick: string;
  /** `user@host` as others see it before our words; null before the server has told. */
  mask: string | null;
}

/** One part of the adapter: looks at every line, and takes what concerns it. */
export interface Feature {
  take(line: IrcLine): void;
}

/** The key of a nick or channel. */
export function keyOf({ support }: Runtime, name: string): RemoteKey {
  return nameKey(support, name);
}

/** Whether a nick is ours. */
export function isOwn(runtime: Runtime, nick: string): boolean {
  return keyOf(runtime, nick) === keyOf(runtime, runtime.nick);
}
