import type { CommandContext } from '../context.ts';

/** A word that a command takes by position. */
export interface ArgumentRow {
  /** As it stands in help: `WHO`, `TEXT`. */
  readonly name: string;
  readonly summary: string;
  readonly optional?: boolean;
  /** Takes all words that are left. Only the last argument may. */
  readonly many?: boolean;
  /** Nothing but space means something here, such as none; elsewhere it is a variable of a script that was not set. */
  readonly blank?: boolean;
}

/** An option. Without `value` it is a flag. */
export interface OptionRow {
  readonly name: string;
  readonly summary: string;
  /** What stands for the value in help: `SECONDS`. */
  readonly value?: string;
  /** One letter. */
  readonly short?: string;
  /** May be given several times. */
  readonly many?: boolean;
  /** Like that of an argument. */
  readonly blank?: boolean;
}

/** What a command does. The number is the exit code; none is 0. */
export type Command = (context: CommandContext) => Promise<number | void>;

/** One row of the command table. */
export interface CommandRow {
  /** `['account', 'add']`. */
  readonly words: readonly string[];
  readonly summary: string;
  readonly args: readonly ArgumentRow[];
  readonly options: readonly OptionRow[];
  /** More than the summary, for `natter help ...`: full sentences. */
  readonly details?: string;
  /** Whether `--timeout` is the command's own business; else it ends the command with an error. */
  readonly keepsTime?: boolean;
  /** Whether it runs though `config.toml` or a variable cannot be understood, with the defaults and the fault at hand. */
  readonly endures?: boolean;
  /** Loads the handler: a command pays only for its own code. */
  readonly load: () => Promise<Command>;
}
