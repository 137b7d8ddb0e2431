import { refusal } from './mapping/errors.ts';
import { isBatch, linesOf, type Batch } from './wire/batches.ts';
import type { IrcConnection, OutgoingLine } from './wire/connection.ts';
import { WireError } from './wire/error.ts';
import type { Queued } from './wire/send-queue.ts';
import type { ISupport } from './wire/isupport.ts';
import { lastParam, param, type IrcLine } from './wire/line.ts';

/** What a line is to somebody who asked: part of the answer, the end of it, a refusal, or nothing. */
export type Verdict = 'part' | 'end' | 'refusal' | null;

/** A command that has an answer. */
export interface Question {
  readonly command: string;
  readonly params: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
  /** Lines that belong to the command and come right behind it. */
  readonly more?: readonly OutgoingLine[];
  readonly signal: AbortSignal;
  /** Every server ends its answer with a line that `judge` knows, so that no PING has to find the end. */
  readonly ends?: boolean;
  /** Looks at a line where the server does not say what it answers. Refusals of what the command names are found without. */
  judge?(line: IrcLine): Verdict;
  /** Whether a batch is the answer, where the server does not say so by a label. */
  answers?(batch: Batch): boolean;
}

/** What came of a question. */
export interface Answer {
  readonly lines: readonly IrcLine[];
  readonly batch: Batch | null;
  /** Whether the server tied the answer to the question, so that it has certainly been taken. */
  readonly labeled: boolean;
}

interface Open {
  readonly question: Question;
  readonly name: string;
  /** Whether the answer will say that it is one. */
  readonly labeled: boolean;
  readonly lines: IrcLine[];
  readonly settle: (answer: Answer | WireError) => void;
}

/** Numerics beyond 599 that say no: a wrong parameter of a mode, who takes no words of strangers, a privilege, a locked mode. */
const LATE_REFUSALS: readonly string[] = ['696', '716', '723', '742'];

/** What makes a line a refusal in general: error numerics (400 to 599), the "try again" of RFC 2812, and FAIL. */
export function isRefusal({ command }: IrcLine): boolean {
  return (
    /^[45]\d\d$/.test(command) || command === '263' || command === 'FAIL' || LATE_REFUSALS.includes(command)
  );
}

/** What questions go over. */
export interface AsksParts {
  readonly connection: IrcConnection;
  readonly support: ISupport;
  /** Whether the server ties answers to questions, now. */
  readonly labels: () => boolean;
  /** Whether somebody in between answers PING in the server's place. */
  readonly bouncer?: boolean;
  /** How long an answer may take, in milliseconds. */
  readonly time: number;
}

/**
 * Commands and what the server says to them. With `labeled-response` the server says what answers what. Without, a PING
 * goes behind each command: servers take lines in order, so what has not been refused when the PONG comes has been taken.
 * Bouncers answer PING themselves and pass WHO on, whose answer ends with what was asked for.
 */
export class Asks {
  readonly #connection: IrcConnection;
  readonly #support: ISupport;
  readonly #labels: () => boolean;
  readonly #bouncer: boolean;
  readonly #time: number;
  readonly #open = new Map<string, Open>();
  #count = 0;

  constructor({ connection, support, labels, bouncer = false, time }: AsksParts) {
    this.#connection = connection;
    this.#support = support;
    this.#labels = labels;
    this.#bouncer = bouncer;
    this.#time = time;
    void connection.ended.then((error) => {
      for (const { settle } of this.#open.values()) settle(error);
    });
  }

  /** The label that the next question gets, for who must know its echo; null without labels. */
  get nextLabel(): string | null {
    return this.#labels() ? `n${this.#count + 1}` : null;
  }

  /** Rejects with WireError; `sent` says whether the command may have reached the server. */
  async ask(question: Question): Promise<Answer> {
    const { params, signal } = question;
    if (signal.aborted) throw new WireError('aborted', 'it was taken back');
    if (this.#connection.error !== null) throw this.#connection.error;
    this.#count += 1;
    const name = `n${this.#count}`;
    const { promise, resolve } = Promise.withResolvers<Answer | WireError>();
    const labeled = this.#labels();
    const open: Open = { question, name, labeled, lines: [], settle: resolve };
    this.#open.set(name, open);
    let sent = false;
    let timer: ReturnType<typeof setTimeout> | null = null;
    let queued: Queued | null = null;
    const abort = (): void => {
      queued?.cancel(); // what has not left never leaves
      resolve(new WireError('aborted', 'it was taken back'));
    };
    signal.addEventListener('abort', abort);
    try {
      const tags = { ...question.tags, ...(labeled ? { label: name } : {}) };
      const command = this.#bouncer ? 'WHO' : 'PING';
      const fence = labeled || question.ends === true ? [] : [{ command, params: [name] }];
      queued = this.#connection.sendTogether([
        { command: question.command, params, tags },
        ...(question.more ?? []),
        ...fence,
      ]);
      const first = queued.first.then((is) => (sent = is));
      // The server's time begins when the last line has left: at our pace that may take long.
      void queued.last.then((is) => {
        if (!is || !this.#open.has(name)) return;
        timer = setTimeout(() => resolve(new WireError('timeout', 'the server did not answer')), this.#time);
      });
      const outcome = await promise;
      await Promise.race([first, Promise.resolve()]);
      if (!(outcome instanceof WireError)) return outcome;
      const error = new WireError(outcome.code, outcome.message, {
        cause: outcome,
        ...(outcome.line === null ? {} : { line: outcome.line }),
      });
      error.sent = sent && outcome.code !== 'refused';
      throw error;
    } finally {
      if (timer !== null) clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      this.#open.delete(name);
    }
  }

  /** Offers what came to who asked for it. True when it was an answer to a labelled question. */
  take(item: IrcLine | Batch): boolean {
    const label = item.tags.get('label');
    const open = label === undefined ? undefined : this.#open.get(label);
    if (open !== undefined) {
      this.#labeled(open, item);
      return true;
    }
    if (isBatch(item)) return this.#answeredBy(item);
    if (item.command === 'PONG') this.#fence(lastParam(item));
    else if (item.command === '315' && this.#bouncer && this.#open.has(param(item, 1)))
      this.#fence(param(item, 1));
    else for (const each of this.#open.values()) if (!each.labeled) this.#offer(each, item);
    return false;
  }

  #answeredBy(batch: Batch): boolean {
    for (const { question, labeled, lines, settle } of this.#open.values()) {
      if (labeled || question.answers?.(batch) !== true) continue;
      settle({ lines: [...lines, ...linesOf(batch)], batch, labeled: false });
      return true;
    }
    return false;
  }

  #labeled({ question, lines, settle }: Open, item: IrcLine | Batch): void {
    lines.push(...(isBatch(item) ? linesOf(item) : [item]));
    const no = lines.find((line) => isRefusal(line) && question.judge?.(line) !== 'part');
    settle(no === undefined ? { lines, batch: isBatch(item) ? item : null, labeled: true } : refusal(no));
  }

  #fence(name: string): void {
    const open = this.#open.get(name);
    open?.settle({ lines: open.lines, batch: null, labeled: false });
  }

  #offer({ question, lines, settle }: Open, line: IrcLine): void {
    const verdict = question.judge?.(line) ?? (this.#refuses(line, question) ? 'refusal' : null);
    if (verdict === 'refusal') return settle(refusal(line));
    if (verdict !== null) lines.push(line);
    if (verdict === 'end') settle({ lines, batch: null, labeled: false });
  }

  /** Numerics name us, then what they are about; FAIL names the command. */
  #refuses(line: IrcLine, { command, params }: Question): boolean {
    if (!isRefusal(line)) return false;
    if (line.command === 'FAIL') return param(line, 0).toUpperCase() === command;
    const about = line.params.slice(1, -1).map((word) => this.#support.fold(word));
    return params.some((word) => about.includes(this.#support.fold(word))) || param(line, 1) === command;
  }
}
