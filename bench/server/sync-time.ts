import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { figure, report } from '../lib/measure.ts';

/** What the disk costs, which every figure of durable messages depends on. */
export function reportSync(directory: string): void {
  const file = openSync(join(directory, 'fsync'), 'w');
  const times = Float64Array.from({ length: 200 }, () => {
    writeSync(file, 'x'.repeat(4096));
    const start = performance.now();
    fdatasyncSync(file);
    return performance.now() - start;
  }).sort();
  closeSync(file);
  const at = (share: number): string => figure(times[Math.floor(times.length * share)] ?? 0, 'ms');
  report('one fdatasync on this disk, p50 and p99 of 200', `${at(0.5)}, ${at(0.99)}`);
}
