import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Keepalive } from '../../src/wire/keepalive.ts';
import { DEFAULT_LIMITS } from '../../src/wire/limits.ts';

const { idleTime, probeTime } = DEFAULT_LIMITS;
let log: string[] = [];
let keepalive: Keepalive;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  log = [];
  keepalive = new Keepalive(
    idleTime,
    probeTime,
    () => log.push('probe'),
    () => log.push('dead'),
  );
  keepalive.start();
});
afterEach(() => {
  keepalive.stop();
  vi.useRealTimers();
});

test('a link that dies is known within a minute of its last sign of life', () => {
  vi.advanceTimersByTime(30_000);
  keepalive.heard();
  vi.advanceTimersByTime(60_000);
  expect(log).toEqual(['probe', 'dead']);
});

test('an answer to the probe is a sign of life, and so is a piece of a stanza that takes long', () => {
  vi.advanceTimersByTime(idleTime + 1);
  expect(log).toEqual(['probe']);
  keepalive.heard();
  vi.advanceTimersByTime(probeTime + 1);
  expect(log).toEqual(['probe']);
  for (let time = 0; time < 20; time += 1) {
    keepalive.heard();
    vi.advanceTimersByTime(idleTime / 2);
  }
  expect(log).toEqual(['probe']);
});

test('is quiet once it is stopped', () => {
  keepalive.stop();
  vi.advanceTimersByTime(1_000_000);
  expect(log).toEqual([]);
});
