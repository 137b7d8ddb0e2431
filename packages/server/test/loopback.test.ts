import { expect, it } from 'vitest';
import { isLoopback, requireSafe } from '../src/listener/loopback.ts';

it('knows which interfaces only this machine reaches', () => {
  for (const host of ['localhost', '::1', '127.0.0.1', '127.9.9.9'])
    expect([host, isLoopback(host)]).toEqual([host, true]);
  for (const host of [
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '127.example.org',
    '127.0.0.1.example.org',
    '1127.0.0.1',
    '',
    'localhost.example.org',
  ])
    expect([host, isLoopback(host)]).toEqual([host, false]);
});

it('lets passwords cross no network in the clear, unless it is told to', () => {
  expect(() => requireSafe('0.0.0.0', false, false)).toThrow(/without TLS/);
  for (const [host, tls, allowed] of [
    ['0.0.0.0', true, false],
    ['0.0.0.0', false, true],
    ['127.0.0.1', false, false],
  ] as const)
    expect(() => requireSafe(host, tls, allowed)).not.toThrow();
});
