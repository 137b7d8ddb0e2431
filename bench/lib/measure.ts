/**
 * What every bench needs: figures of many short runs, and lines that can be read beside each other. Times are CPU time of
 * the main thread where nothing is waited for: a machine that is busy with other things spoils them least.
 */

/** The figures of one measured thing. */
export interface Figures {
  /** Microseconds. */
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
}

/**
 * Does something with each item: the mean over the first half together, without a clock between them, and the percentiles
 * over the second, each timed by itself by the clock on the wall.
 */
export function timeEach<T>(items: readonly T[], once: (item: T) => void): Figures {
  const half = items.length >> 1;
  const mean =
    (time(() => {
      for (let i = 0; i < half; i += 1) once(items[i] as T);
    }) *
      1000) /
    half;
  const times = new Float64Array(items.length - half);
  for (let i = half; i < items.length; i += 1) {
    const before = performance.now();
    once(items[i] as T);
    times[i - half] = (performance.now() - before) * 1000;
  }
  times.sort();
  return { mean, p50: times[times.length >> 1] ?? 0, p99: times[Math.floor(times.length * 0.99)] ?? 0 };
}

/** Milliseconds of the main thread's time that a call takes. */
export function time(call: () => void): number {
  const start = process.threadCpuUsage();
  call();
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000;
}

/** The middle of some figures: a noisy neighbour spoils one round and not the result. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** The figures of the middle round, by mean. */
export function middleRound(rounds: readonly Figures[]): Figures {
  const sorted = rounds.toSorted((a, b) => a.mean - b.mean);
  return sorted[sorted.length >> 1] ?? { mean: Number.NaN, p50: Number.NaN, p99: Number.NaN };
}

/** Prints one line: what, the figure with its unit, and what it is held against. */
export function report(what: string, figure: string, target = ''): void {
  console.log(`  ${what.padEnd(58)} ${figure.padStart(22)}   ${target}`);
}

/** A number with as many digits as say something. */
export function figure(value: number, unit: string): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })} ${unit}`;
}

/** What some work took, in milliseconds. */
export interface Spent {
  /** CPU time of all threads of this process. */
  readonly cpu: number;
  readonly wall: number;
}

/** Does some work and measures it. */
export async function spend(work: () => Promise<void> | void): Promise<Spent> {
  const [before, start] = [process.cpuUsage(), performance.now()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1000, wall: performance.now() - start };
}
