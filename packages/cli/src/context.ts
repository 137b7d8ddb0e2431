import type { NatterError } from '@natter/core/error';
import type { Readable } from 'node:stream';
import type { ClientLink } from '@natter/core/link';
import type { Environment, ProfilePaths, Settings } from '@natter/daemon';
import type { Arguments } from './command-line/arguments.ts';
import type { Output } from './output/output.ts';
import type { Terminal } from './prompts/terminal.ts';

/** What a command gets. */
export interface CommandContext {
  readonly given: Arguments;
  readonly output: Output;
  readonly environment: Environment;
  readonly paths: ProfilePaths;
  readonly settings: Settings;
  /** Why the settings are the defaults, for the commands that run all the same; else `null`. */
  readonly settingsFault: NatterError | null;
  /** Aborts on Ctrl-C and when `--timeout` is over. */
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
  readonly stdin: () => Readable;
  /** Asks for more milliseconds to end in order after an interruption. */
  allowTimeToEnd(milliseconds: number): void;
  /** The profile, through the daemon (started when none runs) or in this process. The same link however often it is asked for. */
  link(options?: LinkOptions): Promise<ClientLink>;
}

/** What a command wants of its link. */
export interface LinkOptions {
  /** Whether it goes on after the daemon was replaced or killed; one-shot commands would rather fail. */
  readonly resume?: boolean;
  /** Whether the stored profile is enough: without a running daemon it is read as it is, and nothing is started. */
  readonly stored?: boolean;
}
