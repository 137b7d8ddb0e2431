import { setTimeout as sleep } from 'node:timers/promises';
import type { Pair } from './closed-loop.ts';
import { sendFrame } from './closed-loop.ts';

/** Milliseconds between two looks at the schedule. */
const tick = 1;

/**
 * Sends by a schedule and not by the answers, so many a second over all pairs. A time counts from when the message was due:
 * a server that is late makes everything after it late, too, and that shows. Sorted milliseconds until the receiver had it.
 */
export async function openLoop(pairs: readonly Pair[], rate: number, seconds: number): Promise<Float64Array> {
  const latencies: number[] = [];
  const due = new Map<string, number>();
  const name = Date.now().toString(36);
  for (const { receiver } of pairs) {
    receiver.onFrame = (frame) => {
      const now = performance.now();
      for (const [, number = ''] of frame.matchAll(/"text":"(\d+) x/g)) {
        const at = due.get(number);
        if (at !== undefined) latencies.push(now - at);
        due.delete(number);
      }
    };
  }
  const start = performance.now();
  const count = rate * seconds;
  for (let sent = 0; sent < count;) {
    const until = Math.min(count, Math.floor(((performance.now() - start) / 1000) * rate));
    for (; sent < until; sent += 1) {
      const pair = pairs[sent % pairs.length];
      due.set(String(sent), start + (sent / rate) * 1000);
      pair?.sender.send(
        sendFrame(10_000 + sent, pair.conversation, `${name}-${sent}`, `${sent} ${'x'.repeat(110)}`),
      );
    }
    await sleep(tick);
  }
  for (let patience = 0; due.size > 0 && patience < 5000; patience += 10) await sleep(10);
  if (due.size > 0) throw new Error(`${due.size} messages never came`);
  return Float64Array.from(latencies).sort();
}
