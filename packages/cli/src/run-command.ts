import { NatterError, errorData, toErrorData } from '@natter/core/error';
import { defaultSettings, loadSettings, profilePaths } from '@natter/daemon';
import type { Environment, ProfilePaths, Settings } from '@natter/daemon';
import { Arguments } from './command-line/arguments.ts';
import type { CommandRow } from './command-line/command.ts';
import { readCommandLine } from './command-line/invocation.ts';
import type { Invocation } from './command-line/invocation.ts';
import { UsageError } from './command-line/usage-error.ts';
import type { CommandContext } from './context.ts';
import { Interrupted } from './interruption.ts';
import type { Interruption } from './interruption.ts';
import { LinkKeeper } from './link/link-keeper.ts';
import { countOf } from './output/count.ts';
import { exitCodeOf, exitCodes } from './output/exit-code.ts';
import { Output } from './output/output.ts';
import { chooseStyle } from './output/style.ts';
import { Terminal } from './prompts/terminal.ts';

/** The process that a command runs in. */
export interface CommandProcess {
  readonly environment: Environment;
  readonly stdin: () => NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: () => NodeJS.WriteStream;
  readonly interruption: Interruption;
}

/** Runs one command line; never rejects. The answer is the exit code. */
export async function runCommand(
  argv: readonly string[],
  table: readonly CommandRow[],
  process: CommandProcess,
): Promise<number> {
  let output = new Output(process, { json: argv.includes('--json') });
  try {
    const invocation = readCommandLine(argv, table);
    output = new Output(process, { json: invocation.values['json'] === true });
    const said = await answerAboutItself(invocation, table, output);
    if (said !== null) return said;
    return await runRow(invocation, process, (chosen) => (output = chosen));
  } catch (error) {
    // Ctrl-C as a signal, or as a key where a secret is typed.
    if (error instanceof Interrupted) return error.exitCode;
    if (process.interruption.signal.aborted) return interrupted(process.interruption.signal);
    return report(error, output);
  }
}

/** `--help`, `--version`, and command lines that name no command. */
async function answerAboutItself(
  { row, words, values, positionals }: Invocation,
  table: readonly CommandRow[],
  output: Output,
): Promise<number | null> {
  if (values['version'] === true) {
    const { packageVersion } = await import('@natter/daemon');
    output.item({ type: 'version', version: packageVersion() }, () => `natter ${packageVersion()}`);
    return exitCodes.done;
  }
  if (row !== null && values['help'] !== true) return null;
  const unknown = positionals[0];
  if (row === null && unknown !== undefined)
    throw new UsageError(`there is no command '${[...words, unknown].join(' ')}'`, words);
  const { helpText } = await import('./command-line/help.ts');
  if (row === null && words.length > 0 && values['help'] !== true)
    throw new UsageError(`what about ${words.join(' ')}? ${nextWords(table, words)}`, words);
  output.text(helpText(table, words));
  return exitCodes.done;
}

function nextWords(table: readonly CommandRow[], words: readonly string[]): string {
  const next = table
    .filter((row) => words.every((word, index) => row.words[index] === word))
    .map((row) => row.words[words.length]);
  return `There is ${[...new Set(next)].join(', ')}`;
}

async function runRow(
  invocation: Invocation,
  process: CommandProcess,
  useOutput: (output: Output) => void,
): Promise<number> {
  const { environment, stdin, stderr, interruption } = process;
  const given = new Arguments(invocation);
  const paths = profilePaths(environment);
  const { settings, fault } = await settingsOf(invocation, paths, environment);
  const output = new Output(process, { json: given.flag('json'), style: styleOf(given, settings, process) });
  useOutput(output);
  const limit = invocation.row?.keepsTime === true ? undefined : given.seconds('timeout');
  const time = new Deadline(limit, interruption.signal);
  const terminal = new Terminal(stdin, stderr, time.signal);
  const links = new LinkKeeper({
    paths,
    environment,
    terminal,
    signal: time.signal,
    direct: given.flag('no-daemon'),
  });
  const context: CommandContext = {
    given,
    output,
    environment,
    paths,
    settings,
    settingsFault: fault,
    signal: time.signal,
    terminal,
    stdin,
    allowTimeToEnd: (milliseconds) => interruption.allow(milliseconds),
    link: (options) => links.open(options),
  };
  try {
    const run = await invocation.row?.load();
    return (await run?.(context)) ?? exitCodes.done;
  } catch (error) {
    time.signal.throwIfAborted();
    throw error;
  } finally {
    time.clear();
    await links.close();
  }
}

async function settingsOf(
  { row }: Invocation,
  paths: ProfilePaths,
  environment: Environment,
): Promise<{ settings: Settings; fault: NatterError | null }> {
  try {
    return { settings: await loadSettings(paths, environment), fault: null };
  } catch (error) {
    if (row?.endures !== true || !NatterError.isInstance(error)) throw error;
    return { settings: defaultSettings, fault: error };
  }
}

function styleOf(
  given: Arguments,
  settings: Settings,
  { stdout, environment }: CommandProcess,
): Output['style'] {
  const choice = given.choice('color', ['auto', 'always', 'never']) ?? settings.color;
  return chooseStyle(choice, stdout.isTTY, environment);
}

/** The signal of a command: interrupted by the user, or by its own `--timeout`. */
class Deadline {
  readonly signal: AbortSignal;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(milliseconds: number | undefined, interrupted: AbortSignal) {
    if (milliseconds === undefined) {
      this.signal = interrupted;
      return;
    }
    const controller = new AbortController();
    const text = `gave up after ${countOf(milliseconds / 1000, 'second')}`;
    this.#timer = setTimeout(
      () =>
        controller.abort(new NatterError(errorData('timeout', text, { retriable: true, certain: false }))),
      milliseconds,
    );
    this.signal = AbortSignal.any([interrupted, controller.signal]);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

function interrupted(signal: AbortSignal): number {
  return signal.reason instanceof Interrupted ? signal.reason.exitCode : exitCodes.interrupted;
}

function report(error: unknown, output: Output): number {
  if (error instanceof UsageError) {
    const help = ['natter', 'help', ...error.words].join(' ');
    output.error(errorData('invalid', `${error.message} (see: ${help})`));
    return exitCodes.usage;
  }
  const data = toErrorData(error);
  output.error(data);
  return exitCodeOf(data.code);
}
