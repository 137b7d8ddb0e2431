import { expect, it } from 'vitest';
import { senderText } from '../src/output/items/message.ts';

const from = (fromName: string, direction: 'in' | 'out' = 'in'): string =>
  senderText({ direction, fromName, fromAddress: 'eve@example.org' });

it('says me of what we said, and of nobody else', () => {
  expect(from('Alice', 'out')).toBe('me');
  for (const name of ['me', 'Me', ' me', 'me:', 'me → Bob', 'ｍｅ', 'mе', '«me»'])
    expect([name, from(name)]).toEqual([name, `${name} (eve@example.org)`]);
  for (const name of ['Alice', 'Mélanie', 'meg', 'Some']) expect(from(name)).toBe(name);
});
