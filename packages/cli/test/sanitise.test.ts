import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonLine, manyLines, oneLine, shortLine } from '../src/output/sanitise.ts';

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

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const anyControl = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066\u2067\u2028\u2029]/;

// Bidirectional controls and marks, separators, the byte order mark, interlinear annotation: none is a control by category.
const reordering =
  '\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\ufff9\ufffa\ufffb';
// Soft hyphen, grapheme joiner, fillers, zero-width space, word joiner, invisible operators, a tag.
const unseen =
  '\u00ad\u034f\u115f\u1160\u17b4\u180e\u200b\u200c\u200d\u2060\u2063\u206f\u3164\uffa0\u{e0041}';

describe('text from a network', () => {
  it.each(Array.from(reordering))('has nothing that reorders what stands beside it: %j', (mark) => {
    for (const shown of [oneLine(`a${mark}b`), manyLines(`a${mark}b`, ''), jsonLine(`a${mark}b`)])
      expect(shown).not.toContain(mark);
  });

  it.each(Array.from(unseen))('makes no names that differ and look the same: %j', (mark) => {
    for (const name of [`bo${mark}b`, `${mark}bob`, `bob${mark}`]) expect(oneLine(name)).toContain('\ufffd');
    expect(oneLine(`bo${mark}${mark}b`)).toBe('bo\ufffd\ufffdb');
  });

  it('is made harmless in a time that grows with its length', () => {
    const time = (length: number): number => {
      const texts = [' '.repeat(length), '\u{e0041}'.repeat(length), '\u200d'.repeat(length)];
      const start = performance.now();
      for (const text of texts) manyLines(oneLine(`${text}x`), '');
      return performance.now() - start;
    };
    time(1000);
    expect(time(200_000)).toBeLessThan(500);
  });

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

  it('is cut between characters, and what keeps it to itself is not cut off', () => {
    expect(shortLine('ab\ncdef', 4)).toBe('ab c');
    expect(shortLine('😀'.repeat(100), 3)).toBe('😀😀😀');
    expect(shortLine('שלום', 2)).toBe('\u2068של\u2069');
  });

  it('cannot pass for a line of ours', () => {
    expect(manyLines('hello\n12:00 Bob: fake', '    ')).toBe('hello\n    12:00 Bob: fake');
  });

  it('keeps right-to-left text to itself, and leaves everything else as it is', () => {
    expect(oneLine('שלום')).toBe('\u2068שלום\u2069');
    const england = '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}';
    const spared = ['Grüße', '你好', '👩‍👩‍👧', 'a = b', '👁️‍🗨️ x', 'ക്‍ഷ', england];
    for (const text of spared) expect(oneLine(text)).toBe(text);
    const persian = 'می\u200cخواهم';
    expect(oneLine(persian)).toBe(`\u2068${persian}\u2069`);
    // In a text nobody is named: relays part the letters of nicks by them, so that nobody is called.
    expect(manyLines('b\u200bob', '')).toBe('b\u200bob');
  });
});
