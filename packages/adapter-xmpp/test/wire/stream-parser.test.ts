import { describe, expect, test } from 'vitest';
import { containing } from '../support/matchers.ts';
import { WireError } from '../../src/wire/error.ts';
import { DEFAULT_LIMITS } from '../../src/wire/limits.ts';
import { StreamParser } from '../../src/wire/stream-parser.ts';

const HEADER = `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>`;
const MIXED =
  `${HEADER} <message from='a@b'><body>é€😀 &amp; &#x1F600;\n]]</body><x xmlns='urn:x' xmlns:p='urn:p' p:a='1'/></message>` +
  `<iq type='result'/>\n<presence><status><![CDATA[<raw>]]></status></presence></stream:stream>`;

function parse(chunks: Iterable<Uint8Array>, stanzaBytes = 64 * 1024): string[] {
  const seen: string[] = [];
  const parser = new StreamParser(
    {
      opened: (header) => seen.push(`open ${header.name} ${String(header.attrs['version'])}`),
      element: (element) => seen.push(`${element.getNS()} ${element.toString()}`),
      closed: () => seen.push('closed'),
    },
    stanzaBytes,
    DEFAULT_LIMITS,
  );
  for (const chunk of chunks) parser.write(chunk);
  return seen;
}

function failure(text: string, stanzaBytes?: number): WireError {
  try {
    parse([Buffer.from(HEADER + text)], stanzaBytes);
  } catch (error) {
    if (error instanceof WireError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('split UTF-8: the same stream decodes the same wherever it is cut', () => {
  const bytes = Buffer.from(MIXED);
  const whole = parse([bytes]);

  test('as one chunk', () => {
    expect(whole).toHaveLength(5);
    expect(whole[1]).toContain('é€😀 &amp; 😀');
    expect(whole[3]).toContain('&lt;raw&gt;');
    expect(whole.at(-1)).toBe('closed');
  });
  test('cut once at every offset', () => {
    for (let at = 1; at < bytes.length; at += 1) {
      expect(parse([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole);
    }
  });
  test('cut at every offset', () => {
    expect(parse(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)))).toEqual(whole);
  });
});

describe('restricted XML (RFC 6120 section 11.1)', () => {
  test.each([
    ['a DTD', '<!DOCTYPE x [<!ENTITY a "b">]><message/>', 'restricted-xml'],
    ['a processing instruction', '<?php x?><message/>', 'restricted-xml'],
    ['a comment', '<message><!-- x --></message>', 'restricted-xml'],
    ['an XML declaration in mid-stream', `<?xml version='1.0'?><message/>`, 'not-well-formed'],
    ['an entity', '<message>&foo;</message>', 'not-well-formed'],
    ['a duplicate attribute', `<message a='1' a='2'/>`, 'not-well-formed'],
    ['an unbound prefix', '<p:message/>', 'not-well-formed'],
    ['a control character', '<message>\u0001</message>', 'not-well-formed'],
    ['text between stanzas', 'hello<message/>', 'not-well-formed'],
    ['a wrong closing tag', '<message></iq>', 'not-well-formed'],
  ])('refuses %s', (_, text, condition) => {
    expect(failure(text)).toMatchObject({ code: 'malformed', condition });
  });

  test('refuses a DTD before the stream', () => {
    expect(() => parse([Buffer.from(`<!DOCTYPE x><stream:stream/>`)])).toThrow(WireError);
  });
  test('refuses bytes that are no UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from(`${HEADER}<message>`), Buffer.from([0xc3, 0x28])]);
    expect(() => parse([bytes])).toThrow('not valid UTF-8');
  });
  test('refuses another encoding', () => {
    expect(() => parse([Buffer.from(`<?xml version='1.0' encoding='latin1'?>`)])).toThrow('not UTF-8');
  });
});

describe('limits below the parser', () => {
  test('an unclosed stanza is refused once it is too large, and not collected first', () => {
    let written = 0;
    const chunks = (function* () {
      yield Buffer.from(`${HEADER}<message><body>`);
      for (const chunk = Buffer.alloc(64 * 1024, 'a'); ; written += chunk.length) yield chunk;
    })();
    expect(() => parse(chunks, 256 * 1024)).toThrow('larger than');
    expect(written).toBeLessThan(512 * 1024);
  });
  test('many stanzas of allowed size are fine', () => {
    const stanza = `<message>${'x'.repeat(50_000)}</message>`;
    expect(parse([Buffer.from(HEADER + stanza.repeat(40))])).toHaveLength(41);
  });
  test('whitespace keepalives do not add up to a stanza', () => {
    expect(parse([Buffer.from(`${HEADER}${' '.repeat(10_000)}<message/>`)], 20_000)).toHaveLength(2);
  });
  test('depth 50,000 is refused at 65', () => {
    expect(failure('<a>'.repeat(50_000))).toMatchObject({
      code: 'limit',
      message: containing('deeper than 64'),
    });
    expect(parse([Buffer.from(HEADER + '<a>'.repeat(63) + '</a>'.repeat(63))])).toHaveLength(2);
  });
  test('a million tiny elements are refused', () => {
    expect(failure(`<message>${'<a/>'.repeat(1_000_000)}`, 8 * 1024 * 1024)).toMatchObject({ code: 'limit' });
  });
  test('a tag that never ends is refused', () => {
    expect(
      failure(
        `<message ${Array.from({ length: 300_000 }, (_, index) => `a${index}=''`).join(' ')}`,
        8 * 1024 * 1024,
      ),
    ).toMatchObject({ code: 'limit' });
  });
});

test('two errors in one chunk: the second finds the parser dead and harms nobody', () => {
  const parser = new StreamParser({ opened() {}, element() {}, closed() {} }, 1024, DEFAULT_LIMITS);
  parser.write(Buffer.from(HEADER));
  expect(() => parser.write(Buffer.from('<a><b></c></d>'))).toThrow(WireError);
  expect(() => parser.write(Buffer.from('</e></f>'))).not.toThrow();
});

test('after halt nothing is looked at, not even the rest of the chunk', () => {
  const seen: string[] = [];
  const parser = new StreamParser(
    {
      opened() {},
      element(element) {
        seen.push(element.name);
        parser.halt();
      },
      closed: () => seen.push('closed'),
    },
    1024,
    DEFAULT_LIMITS,
  );
  parser.write(Buffer.from(`${HEADER}<proceed/><message/></stream:stream>`));
  parser.write(Buffer.from('<message/>'));
  expect(seen).toEqual(['proceed']);
});
