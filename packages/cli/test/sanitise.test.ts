import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonLine, manyLines, oneLine } from '../src/output/sanitise.ts';

// Every kind of sequence that terminals have been attacked with: CSI, OSC 0, 8 and 52, DCS, APC, 8-bit C1, lone CR, backspace.
const attacks = [
  '\u001b[2J\u001b[31mred',
  '\u001b]0;title\u0007',
  '\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\',
  '\u001b]52;c;cm0gLXJm\u0007',
  '\u001bPq#0\u001b\\',
  '\u001b_apc\u001b\\',
  '\u009b31mred',
  '\u009d0;title\u009c',
  'sent\rfaked',
  'a\b\b\bb',
  'photo_\u202egnp.exe',
  '\u2066isolate',
  'line\u2028separator',
  '\ud800',
];

// oxlint-disable-next-line no-control-regex
const anyControl = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066\u2067\u2028\u2029]/;

describe('text from a network', () => {
  it.each(attacks)('does nothing to a terminal: %j', (attack) => {
    expect(oneLine(attack)).not.toMatch(anyControl);
    expect(oneLine(attack)).not.toContain('\n');
    expect(manyLines(attack, '  ')).not.toMatch(anyControl);
    expect(jsonLine({ text: attack })).not.toMatch(anyControl);
  });

  it('whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(oneLine(text)).not.toMatch(anyControl);
        expect(manyLines(text, ' ')).not.toMatch(anyControl);
      }),
    );
  });

  it('means the same in JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = jsonLine({ text });
        expect(line).not.toMatch(anyControl);
        expect(line).not.toContain('\n');
        expect(JSON.parse(line)).toEqual({ text });
      }),
    );
  });

  it('cannot pass for a line of ours', () => {
    expect(manyLines('hello\n12:00 Bob: fake', '    ')).toBe('hello\n    12:00 Bob: fake');
  });

  it('keeps right-to-left text to itself, and leaves everything else as it is', () => {
    expect(oneLine('שלום')).toBe('\u2068שלום\u2069');
    for (const text of ['Grüße', '你好', '👩‍👩‍👧', 'a = b']) expect(oneLine(text)).toBe(text);
  });
});
