import { parseArgs } from 'node:util';
import type { ParseArgsConfig, ParseArgsOptionDescriptor } from 'node:util';
import type { CommandRow, OptionRow } from './command.ts';
import { globalOptions } from './global-options.ts';
import { UsageError } from './usage-error.ts';

/** What somebody typed, understood. */
export interface Invocation {
  /** `null` when no command was named, only options. */
  readonly row: CommandRow | null;
  /** Words that name a group of commands (`account`) or nothing at all, when there is no row. */
  readonly words: readonly string[];
  readonly positionals: readonly string[];
  readonly values: OptionValues;
}

/** Option values by name: flags are true, options text, repeated ones lists. */
export type OptionValues = Readonly<Record<string, boolean | string | readonly string[] | undefined>>;

/**
 * Finds the command in an argument list and reads its options. Global options may stand anywhere, also before and
 * between the words of the command. Throws a {@link UsageError}.
 */
export function readCommandLine(argv: readonly string[], table: readonly CommandRow[]): Invocation {
  const { words, globals, rest } = splitWords(argv, table);
  const row = table.find((candidate) => sameWords(candidate.words, words)) ?? null;
  const options = row === null ? globalOptions : [...globalOptions, ...row.options];
  const { values, positionals } = parse([...globals, ...rest], options, words);
  if (row !== null && values['help'] !== true) {
    checkArguments(row, positionals);
    checkOptions(options, values, words);
  }
  return { row, words, positionals, values };
}

/** Takes the words of a command off the front, and the global options that stand before or between them. */
function splitWords(
  argv: readonly string[],
  table: readonly CommandRow[],
): { words: string[]; globals: string[]; rest: string[] } {
  const words: string[] = [];
  const globals: string[] = [];
  let index = 0;
  for (; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    const known = word.startsWith('-') ? globalOptions.find((option) => isOption(word, option)) : undefined;
    if (known) {
      globals.push(word);
      const takesNext = known.value !== undefined && !word.includes('=');
      if (takesNext && index + 1 < argv.length) globals.push(argv[(index += 1)] ?? '');
    } else if (!word.startsWith('-') && table.some((row) => startsWith(row.words, [...words, word])))
      words.push(word);
    else break;
  }
  return { words, globals, rest: argv.slice(index) };
}

function isOption(word: string, option: OptionRow): boolean {
  return (
    word === `--${option.name}` || word.startsWith(`--${option.name}=`) || word === `-${option.short ?? '-'}`
  );
}

function parse(
  args: string[],
  rows: readonly OptionRow[],
  words: readonly string[],
): { values: OptionValues; positionals: string[] } {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const row of rows) {
    const option: ParseArgsOptionDescriptor = { type: row.value === undefined ? 'boolean' : 'string' };
    if (row.short !== undefined) option.short = row.short;
    if (row.many === true) option.multiple = true;
    options[row.name] = option;
  }
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true });
    return { values: values as OptionValues, positionals };
  } catch (error) {
    throw new UsageError(describe(error), words);
  }
}

/** Node's own messages say what is wrong in the first sentence and talk about `--` in the next. */
function describe(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const option = /^Option '(-[^' ,]+)[^']*' argument is ambiguous/.exec(text)?.[1];
  if (option !== undefined)
    return `${option} wants a value; one that begins with a dash is written as in --option=-VALUE`;
  const first = text.split(/\.\s|\n/, 1)[0] ?? text;
  return first.charAt(0).toLowerCase() + first.slice(1).replace(/\.$/, '');
}

function checkArguments(row: CommandRow, positionals: readonly string[]): void {
  const missing = row.args.find(
    (argument, index) => argument.optional !== true && positionals[index] === undefined,
  );
  if (missing) throw new UsageError(`${missing.name} is missing: ${missing.summary}`, row.words);
  const most = row.args.at(-1)?.many === true ? Infinity : row.args.length;
  const extra = positionals[most];
  if (extra !== undefined) throw new UsageError(`unexpected argument '${extra}'`, row.words);
  for (const [index, positional] of positionals.entries()) {
    const argument = row.args[index] ?? row.args.at(-1);
    if (argument?.blank !== true && isBlank(positional))
      throw new UsageError(`${argument?.name ?? 'an argument'} is empty`, row.words);
  }
}

function checkOptions(rows: readonly OptionRow[], values: OptionValues, words: readonly string[]): void {
  for (const { name, value, blank } of rows) {
    const given = [values[name] ?? []].flat();
    if (blank !== true && given.some((text) => typeof text === 'string' && isBlank(text)))
      throw new UsageError(`--${name} is empty: it wants ${value ?? 'a value'}`, words);
  }
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && startsWith(a, b);
}

function startsWith(words: readonly string[], prefix: readonly string[]): boolean {
  return prefix.every((word, index) => words[index] === word);
}
