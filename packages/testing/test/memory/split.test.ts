import fc from 'fast-check';
import { expect, it } from 'vitest';
import { split } from '../../src/memory/features/compose.ts';

const bytes = (text: string): number => new TextEncoder().encode(text).length;

it('cuts a text into parts that fit, loses nothing and never cuts a character', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.integer({ min: 4, max: 40 }),
      (text, limit) => {
        const parts = split(text, limit);
        expect(parts.join('')).toBe(text);
        for (const part of parts) {
          expect(bytes(part)).toBeLessThanOrEqual(limit);
          expect(part.isWellFormed()).toBe(true);
        }
        expect(parts.slice(1).every((part) => part !== '')).toBe(true);
      },
    ),
  );
});
