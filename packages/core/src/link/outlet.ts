import { errorData, toErrorData } from '../model/error.ts';
import type { ErrorData } from '../model/error.ts';
import { diffRows } from '../streams/splice.ts';
import type { EndReason, LogFrame, ProgressFrame, Sink, StateFrame, WindowFrame } from './client-link.ts';
import type { LogBatch, ValueFeed, WindowFeed, WindowState } from './handlers.ts';

/** Any frame, its items not looked at. */
export type AnyFrame =
  | StateFrame<unknown>
  | ProgressFrame<unknown>
  | WindowFrame<unknown>
  | LogFrame<unknown>;

/** More credits than this at once make no reader faster; a larger number is cut. */
const MOST_CREDITS = 1024;

/**
 * The sending end of one subscription: it holds back what the reader has no credit for. A state or window keeps only
 * the latest meanwhile, a log is not read on; so a slow reader costs a bounded amount of memory, whatever happens.
 */
export abstract class Outlet {
  readonly #sink: Sink<AnyFrame>;
  #credits: number;
  #end: EndReason | undefined;
  #over = false;
  #onOver: (() => void) | undefined;

  constructor(sink: Sink<AnyFrame>, credits: number) {
    this.#sink = sink;
    this.#credits = Math.min(credits, MOST_CREDITS);
  }

  /** Whether nothing will be sent any more. */
  get over(): boolean {
    return this.#over;
  }

  /** Lets more frames out. */
  credit(count: number): void {
    this.#credits = Math.min(this.#credits + count, MOST_CREDITS);
    this.flush();
  }

  /** Ends the stream behind the last frame. */
  end(error?: ErrorData): void {
    this.#end ??= error === undefined ? { done: true } : { error };
    this.flush();
  }

  /** The reader left: sends nothing more. */
  close(): void {
    this.#finish();
  }

  /** Calls back when nothing will be sent any more; at once if that is so already. */
  whenOver(listener: () => void): void {
    if (this.#over) listener();
    else this.#onOver = listener;
  }

  /** The next frame, if there is anything to send. */
  protected abstract next(): AnyFrame | undefined;
  /** Whether a frame waits for credit. */
  protected abstract get waiting(): boolean;

  protected flush(): void {
    while (!this.#over && this.#credits > 0 && this.waiting) {
      const frame = this.next();
      if (frame === undefined) break;
      this.#credits -= 1;
      this.#sink.frame(frame);
    }
    if (this.#end !== undefined && !this.#over && !this.waiting) {
      this.#finish();
      this.#sink.end(this.#end);
    }
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#onOver?.();
  }
}

const NOTHING = Symbol('nothing');

/** Sends the latest value of a state or a progress. */
export class ValueOutlet extends Outlet implements ValueFeed<unknown> {
  readonly #t: 'state' | 'progress';
  #value: unknown = NOTHING;
  #version = 0;

  constructor(t: 'state' | 'progress', sink: Sink<AnyFrame>, credits: number) {
    super(sink, credits);
    this.#t = t;
  }

  value(next: unknown): void {
    this.#value = next;
    this.flush();
  }

  protected get waiting(): boolean {
    return this.#value !== NOTHING;
  }

  protected next(): AnyFrame {
    const value = this.#value;
    this.#value = NOTHING;
    this.#version += 1;
    return { t: this.#t, version: this.#version, value };
  }
}

/** Sends what leads from the rows sent last to the rows of now. */
export class WindowOutlet extends Outlet implements WindowFeed<unknown> {
  readonly #textOf: ((row: unknown) => string) | undefined;
  readonly #texts = new WeakMap<object, string>();
  #state: WindowState<unknown> | undefined;
  #sentKeys: readonly unknown[] = [];
  #sent: WindowState<unknown> | undefined;
  #version = 0;

  /** @param textOf what tells whether two rows are the same; without it the row object itself does. */
  constructor(sink: Sink<AnyFrame>, credits: number, textOf?: (row: unknown) => string) {
    super(sink, credits);
    this.#textOf = textOf;
  }

  rows(next: WindowState<unknown>): void {
    this.#state = next;
    this.flush();
  }

  protected get waiting(): boolean {
    return this.#state !== undefined;
  }

  protected next(): AnyFrame | undefined {
    const state = this.#state;
    this.#state = undefined;
    if (state === undefined) return undefined;
    const textOf = this.#textOf;
    const keys = textOf === undefined ? state.rows : state.rows.map((row) => this.#keyOf(row, textOf));
    // What comes at a position of the new list are the rows of the new list there.
    const splices = diffRows(this.#sentKeys, keys).map(({ at, drop, rows }) => ({
      at,
      drop,
      rows: state.rows.slice(at, at + rows.length),
    }));
    const before = this.#sent;
    this.#sent = state;
    this.#sentKeys = keys;
    if (before !== undefined && splices.length === 0 && sameEdges(before, state)) return undefined;
    const base = before === undefined ? null : this.#version;
    this.#version += 1;
    const { total, offset, atStart, atEnd } = state;
    return { t: 'window', version: this.#version, base, total, offset, splices, atStart, atEnd };
  }

  /** A row that is the same object as before need not be turned into text again. */
  #keyOf(row: unknown, textOf: (row: unknown) => string): string {
    if (typeof row !== 'object' || row === null) return textOf(row);
    const known = this.#texts.get(row);
    if (known !== undefined) return known;
    const text = textOf(row);
    this.#texts.set(row, text);
    return text;
  }
}

function sameEdges(a: WindowState<unknown>, b: WindowState<unknown>): boolean {
  return a.total === b.total && a.offset === b.offset && a.atStart === b.atStart && a.atEnd === b.atEnd;
}

/** Reads a log batch by batch, each when the reader has room for it. */
export class LogOutlet extends Outlet {
  #batch: LogBatch<unknown> | undefined;
  #taken: (() => void) | undefined;

  /** Runs the log to its end or until the reader leaves; never rejects. */
  async run(log: AsyncIterable<LogBatch<unknown>>): Promise<void> {
    try {
      for await (const batch of log) {
        if (this.over) return;
        this.#batch = batch;
        const taken = new Promise<void>((resolve) => (this.#taken = resolve));
        this.flush();
        await taken;
        if (this.over) return;
      }
      this.end();
    } catch (error) {
      this.end(toErrorData(error));
    }
  }

  override close(): void {
    super.close();
    this.#taken?.();
  }

  protected get waiting(): boolean {
    return this.#batch !== undefined;
  }

  protected next(): AnyFrame | undefined {
    const batch = this.#batch;
    this.#batch = undefined;
    this.#taken?.();
    return batch === undefined ? undefined : { t: 'log', cursor: batch.cursor, items: batch.items };
  }
}

/** What a stream says that cannot be moved. */
export const notUpdatable: ErrorData = errorData(
  'invalid',
  'This stream cannot be updated: open another one.',
);
