import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { XmlTokenizer } from '../../src/wire/xml-tokenizer.ts';

/** What a parser made of a text: tags and text in order, and whether it found no end of it. */
interface Outcome {
  readonly found: readonly string[];
  readonly refused: boolean;
}

function outcome(read: (found: string[]) => void): Outcome {
  const found: string[] = [];
  try {
    read(found);
    return { found: joined(found), refused: false };
  } catch {
    return { found: joined(found), refused: true };
  }
}

/** Where one piece of text ends and the next begins (CDATA) says nothing. */
function joined(found: readonly string[]): string[] {
  const all: string[] = [];
  for (const each of found) {
    const last = all.at(-1);
    if (each.startsWith('text ') && last?.startsWith('text ') === true)
      all[all.length - 1] = last + each.slice(5);
    else all.push(each);
  }
  return all;
}

function ours(pieces: readonly string[]): Outcome {
  return outcome((found) => {
    const names: string[] = [];
    const tokenizer = new XmlTokenizer({
      open: ({ name, attributes }) => {
        names.push(name);
        found.push(`open ${name} ${JSON.stringify(Object.entries(attributes))}`);
      },
      close: (name) => {
        if (names.pop() !== name) throw new Error('a wrong end tag');
        found.push(`close ${name}`);
        if (names.length === 0) tokenizer.stop();
      },
      text: (text) => found.push(`text ${text}`),
      space: () => {},
    });
    for (const piece of pieces) tokenizer.write(piece);
    if (names.length > 0) throw new Error('not at the end');
  });
}

/** The same by a parser that others have proved, with what a stream forbids taken out. */
function saxes(text: string): Outcome {
  return outcome((found) => {
    const parser = new SaxesParser({ xmlns: true, position: false });
    let depth = 0;
    const refuse = (): never => {
      throw new Error('refused');
    };
    parser.on('error', refuse);
    for (const event of ['doctype', 'comment', 'processinginstruction'] as const) parser.on(event, refuse);
    parser.on('opentag', ({ name, attributes }) => {
      depth += 1;
      found.push(
        `open ${name} ${JSON.stringify(Object.values(attributes).map((each) => [each.name, each.value]))}`,
      );
    });
    parser.on('closetag', ({ name }) => {
      depth -= 1;
      found.push(`close ${name}`);
      if (depth === 0) throw DONE;
    });
    const take = (data: string): void => {
      if (depth > 1) found.push(`text ${data}`);
      else if (/[^\t\n\r ]/.test(data)) refuse();
    };
    parser.on('text', take);
    parser.on('cdata', take);
    try {
      parser.write(text);
    } catch (error) {
      if (error === DONE) return;
      throw error;
    }
    throw new Error('not at the end');
  });
}
const DONE = new Error('done');

/** Pieces of XML, right and wrong, of which texts are made. */
const FRAGMENTS = [
  '<a>',
  '</a>',
  '<b x="1">',
  '</b>',
  '<a/>',
  '<p:a>',
  '</p:a>',
  '<p:b p:x="1" q:x="2"/>',
  "<a xmlns:p='urn:p'>",
  "<a xmlns:q='urn:p' xmlns:p='urn:p'>",
  "<a xmlns='urn:d'>",
  '<a x="1" x="2"/>',
  "<a x='>'>",
  '<a x="<"/>',
  '<a x=1/>',
  '<a x/>',
  '<a x="1"y="2"/>',
  '<a\n x = "1\t2\r\n3" />',
  '<a x="&#10;&lt;&quot;"/>',
  '</a >',
  '</ a>',
  '</a x>',
  '<a __proto__="1" constructor="2"/>',
  '< a>',
  '<a / >',
  '<1a/>',
  '<a:b:c/>',
  '<é/>',
  '<a é="1"/>',
  '<:a/>',
  '<a:/>',
  'text',
  ' ',
  '\n',
  '\r\n',
  '\r',
  ']]>',
  ']]',
  '&amp;',
  '&lt;',
  '&#65;',
  '&#x1F600;',
  '&#0;',
  '&#xD800;',
  '&#x110000;',
  '&foo;',
  '&',
  '&;',
  '&#;',
  '&#x;',
  '<![CDATA[<x>&]] ]>]]>',
  '<![CDATA[]]]]>',
  '<![CDATA[',
  '<!-- c -->',
  '<?pi x?>',
  "<?xml version='1.0'?>",
  '<!DOCTYPE a>',
  '\u0001',
  '\u007f',
  '\ufffe',
  '😀',
  "'",
  '"',
  '>',
  '<',
  '/',
  '=',
  '<a xmlns:xml="urn:x"/>',
  '<a xmlns:p=""/>',
  '<a xmlns:xmlns="urn:x"/>',
  '<a xml:lang="en"/>',
  '<xmlns:a/>',
  '<a xmlns="http://www.w3.org/2000/xmlns/"/>',
] as const;
const document = fc
  .tuple(
    fc.constantFrom(
      '',
      "<?xml version='1.0'?>",
      "<?xml version='1.0' encoding='UTF-8'?>",
      ' ',
      "<?xml version='2'?>",
    ),
    fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 6 }),
  )
  .map(([begin, parts]) => `${begin}<s xmlns:p='urn:p1' xmlns:q='urn:q'><m>${parts.join('')}</m></s>`);

describe('tags and text', () => {
  test('any text is taken and refused as by another parser', () => {
    fc.assert(
      fc.property(document, (text) => {
        const [mine, theirs] = [ours([text]), saxes(text)];
        expect(mine.refused).toBe(theirs.refused);
        // Ours looks at a tag as a whole and theirs at its characters, so what stands before an offence is the same up to that tag.
        if (!mine.refused) expect(mine.found).toEqual(theirs.found);
      }),
      { numRuns: 5_000 },
    );
  });

  test('any text is the same in pieces of any size', () => {
    fc.assert(
      fc.property(document, fc.array(fc.nat(400), { maxLength: 10 }), (text, cuts) => {
        const edges = [0, ...cuts.filter((cut) => cut < text.length).toSorted((a, b) => a - b), text.length];
        const pieces = edges.slice(1).map((edge, at) => text.slice(edges[at], edge));
        const whole = ours([text]);
        expect(ours(pieces)).toEqual(whole);
        expect(ours(Array.from(text))).toEqual(whole);
      }),
      { numRuns: 2_000 },
    );
  });

  test('a tag in a million pieces costs no more than its length', () => {
    const time = (length: number): number => {
      const tokenizer = new XmlTokenizer({ open() {}, close() {}, text() {}, space() {} });
      const before = process.cpuUsage().user;
      tokenizer.write('<s><m>');
      for (let at = 0; at < length; at += 1) tokenizer.write('>');
      tokenizer.write(`<a x='`);
      for (let at = 0; at < 200_000; at += 1) tokenizer.write('>');
      return process.cpuUsage().user - before;
    };
    time(100_000);
    expect(time(1_000_000)).toBeLessThan(5_000_000);
  });

  test('a tag without an end is refused long before it is a burden', () => {
    const tokenizer = new XmlTokenizer({ open() {}, close() {}, text() {}, space() {} });
    expect(() => {
      tokenizer.write('<s><m ');
      for (let at = 0; at < 100; at += 1) tokenizer.write(`x${at}='${'y'.repeat(10_000)}' `);
    }).toThrow('longer than');
  });
});
