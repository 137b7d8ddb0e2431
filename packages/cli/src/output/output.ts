import type { ErrorData } from '@natter/core';
import { ProgressLine } from './progress-line.ts';
import { jsonLine, oneLine, ownLine, shortLine } from './sanitise.ts';
import { plainStyle } from './style.ts';
import type { Style } from './style.ts';

/** A line of `--json` output: its type and its fields; the version is added. */
export interface JsonItem {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Where text goes; the process's streams, or a test's. */
export interface TextSink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What a command says: data on stdout, everything else on stderr, as text or as JSON lines. */
export class Output {
  readonly json: boolean;
  readonly style: Style;
  readonly #stdout: TextSink;
  readonly #stderr: () => TextSink;

  constructor(
    streams: { stdout: TextSink; stderr: () => TextSink },
    choice: { json: boolean; style?: Style },
  ) {
    this.#stdout = streams.stdout;
    this.#stderr = streams.stderr;
    this.json = choice.json;
    this.style = choice.json ? plainStyle : (choice.style ?? plainStyle);
  }

  /** One piece of data: the object with `--json`, else its text. `text` is called only when it is wanted. */
  item(item: JsonItem, text: () => string): void {
    this.#stdout.write(`${this.json ? jsonLine({ v: 1, ...item }) : ownLine(text())}\n`);
  }

  /** A line of a file format: an object also for people. */
  line(item: JsonItem): void {
    this.#stdout.write(`${jsonLine({ v: 1, ...item })}\n`);
  }

  /** Text that is the data itself: help, a completion script. */
  text(text: string): void {
    this.#stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  /** Something for the person, not for the program that reads the data. Left out with `--json`. */
  note(text: string): void {
    if (!this.json) this.#stderr().write(`${ownLine(text)}\n`);
  }

  /** What the person has to see or to do for the command to go on: never left out. */
  request(item: JsonItem, text: () => string): void {
    this.#stderr().write(`${this.json ? jsonLine({ v: 1, ...item }) : ownLine(text())}\n`);
  }

  /** For long work: seen only by a person at a terminal that can move its cursor. */
  progress(environment: Readonly<Record<string, string | undefined>>): ProgressLine {
    const sink = this.#stderr();
    return new ProgressLine(this.json || sink.isTTY !== true || environment['TERM'] === 'dumb' ? null : sink);
  }

  /** A whole line of a log, which is for whoever runs the process and has its own format. */
  log(line: string): void {
    this.#stderr().write(line);
  }

  /** How a log should look: for people at a terminal, or for programs. */
  get logFormat(): 'json' | 'text' {
    return !this.json && this.#stderr().isTTY === true ? 'text' : 'json';
  }

  /** What went wrong, in one line. */
  error(error: ErrorData): void {
    this.#stderr().write(this.json ? `${jsonLine(errorItem(error))}\n` : `natter: ${errorText(error)}\n`);
  }
}

/** Characters of an error that a person reads: what was typed is repeated in it, and may be a whole file. */
const mostCharacters = 500;

/** What went wrong and what to do about it, as people read it. */
export function errorText(error: ErrorData): string {
  const { message } = error;
  const shown =
    message.length > mostCharacters ? `${shortLine(message, mostCharacters)}...` : oneLine(message);
  return `${shown}${advice[error.code] ?? ''}${accountAdvice(error)}`;
}

/** What to do about faults whose messages say only what is. */
const advice: Readonly<Partial<Record<ErrorData['code'], string>>> = {
  'name-not-found': '; check the name, and whether this machine is online',
  'connection-refused': '; check the name and the port of the server, or try again later',
};

/** Which command helps an account that cannot connect by itself. */
function accountAdvice({ code, userAction, condition }: ErrorData): string {
  const account = condition?.['account'];
  if (code !== 'offline' || typeof account !== 'string') return '';
  if (userAction === 'sign-in') return `; sign in again with natter account login ${account}`;
  if (userAction === 'trust-certificate') return `; see natter help account trust`;
  return userAction === undefined ? `; natter account enable ${account} connects it` : '';
}

/** The JSON line of an error. */
function errorItem(error: ErrorData): JsonItem {
  const { code, message, retriable, userAction, ...others } = error;
  return { v: 1, type: 'error', code, message, retriable, userAction: userAction ?? null, ...others };
}
