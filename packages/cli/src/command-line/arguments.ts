import type { Invocation } from './invocation.ts';
import { UsageError } from './usage-error.ts';

/** The arguments and options of one invocation, read by type. What does not fit throws a {@link UsageError}. */
export class Arguments {
  readonly #invocation: Invocation;

  constructor(invocation: Invocation) {
    this.#invocation = invocation;
  }

  /** A positional argument; the table has checked that required ones are there. */
  word(index: number): string {
    return this.#invocation.positionals[index] ?? '';
  }

  optionalWord(index: number): string | undefined {
    return this.#invocation.positionals[index];
  }

  /** The words from an index on. */
  words(from: number): readonly string[] {
    return this.#invocation.positionals.slice(from);
  }

  /** Whether the command has an option of this name. */
  takes(name: string): boolean {
    return this.#invocation.row?.options.some((option) => option.name === name) === true;
  }

  flag(name: string): boolean {
    return this.#invocation.values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#invocation.values[name];
    return typeof value === 'string' ? value : undefined;
  }

  texts(name: string): readonly string[] {
    const value = this.#invocation.values[name];
    return Array.isArray(value) ? (value as readonly string[]) : [];
  }

  /** One of a closed list of values. */
  choice<Value extends string>(name: string, values: readonly Value[]): Value | undefined {
    const text = this.text(name);
    const found = values.find((value) => value === text);
    if (text !== undefined && found === undefined)
      throw this.error(`--${name} takes ${values.join(', ')}, not '${text}'`);
    return found;
  }

  /** A whole number from `least` on. */
  count(name: string, least = 1): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw this.error(`--${name} takes a whole number from ${least} on, not '${text}'`);
    return value;
  }

  /** Seconds on the command line, milliseconds here. */
  seconds(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (!/^\d{1,9}(\.\d+)?$/.test(text)) throw this.error(`--${name} takes seconds, not '${text}'`);
    return Number(text) * 1000;
  }

  /** A date or a date and time; milliseconds since 1970. */
  date(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    // A date without a time is meant in the user's own time zone, which Date.parse would take for UTC.
    const value = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text);
    if (Number.isNaN(value))
      throw this.error(`--${name} takes a date such as 2026-03-01 or 2026-03-01T12:00, not '${text}'`);
    return value;
  }

  /** A usage error of this command. */
  error(message: string): UsageError {
    return new UsageError(message, this.#invocation.words);
  }
}
