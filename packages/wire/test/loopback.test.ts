import { expect, it } from 'vitest';
import { isLoopback } from '../src/loopback.ts';

it('knows few names of this machine', () => {
  for (const host of [
    'localhost',
    '127.0.0.1',
    '127.255.1.2',
    '::1',
    '[::1]',
    '::ffff:127.0.0.1',
    '0.0.0.0',
    '[::]',
  ])
    expect([host, isLoopback(host)]).toEqual([host, true]);
});

it('takes nobody else for it', () => {
  const others = [
    '127.0.0.1.nip.io',
    '127.example.org',
    '1127.0.0.1',
    '128.0.0.1',
    '10.0.0.1',
    'localhost.',
    'localhost.example.org',
  ];
  for (const host of [...others, 'mylocalhost', '::2', '[::1]x', '::ffff:10.0.0.1', '', '127.0.0.1\n'])
    expect([host, isLoopback(host)]).toEqual([host, false]);
});
