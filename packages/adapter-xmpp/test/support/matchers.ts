import { expect } from 'vitest';

/** Matches a text with this in it; typed, unlike what vitest gives. */
export function containing(text: string): unknown {
  return expect.stringContaining(text);
}
