import { oneLine } from './sanitise.ts';
import type { TextSink } from './output.ts';

/** Milliseconds between two looks: faster is not read, and slower seems to hang. */
const pause = 200;

/** Columns of a terminal that does not say how wide it is. */
const usualColumns = 80;

/** A line at the foot of a terminal that tells how far something is, and is gone when it ends. Elsewhere nothing is written. */
export class ProgressLine {
  readonly #sink: TextSink | null;
  #shownAt = -Infinity;
  #shown = false;

  /** `sink`: the terminal, or `null` where nobody looks. */
  constructor(sink: TextSink | null) {
    this.#sink = sink;
  }

  /** `total` is null where it is not known. */
  show(what: string, done: number, total: number | null): void {
    const now = performance.now();
    if (this.#sink === null || now - this.#shownAt < pause) return;
    this.#shownAt = now;
    this.#shown = true;
    const text = `${amountText(done, total)}  ${oneLine(what)}`;
    // A line that is wider than the terminal would not be overwritten by the next.
    this.#sink.write(`\r\u001b[K${text.slice(0, Math.max(1, (this.#sink.columns || usualColumns) - 1))}`);
  }

  /** Before anything else is written. */
  clear(): void {
    if (!this.#shown) return;
    this.#shown = false;
    this.#shownAt = -Infinity;
    this.#sink?.write('\r\u001b[K');
  }
}

/** `12.3 of 200.0 MB  6 %`. */
function amountText(done: number, total: number | null): string {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  if (total === null) return `${megabytes(done)} MB`;
  const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
  return `${megabytes(done)} of ${megabytes(total)} MB  ${percent} %`;
}
