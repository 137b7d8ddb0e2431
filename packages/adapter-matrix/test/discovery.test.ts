import { describe, expect, test } from 'vitest';
import { discover } from '../src/wire/discovery.ts';
import { WireError } from '../src/wire/error.ts';
import type { HttpAnswer, HttpClient } from '../src/wire/http.ts';
import { DEFAULT_LIMITS } from '../src/wire/limits.ts';

const { signal } = new AbortController();
const WELL_KNOWN = 'https://example.org/.well-known/matrix/client';

interface Page {
  readonly status?: number;
  readonly text?: string;
  readonly location?: string;
}

/** The web, as far as it says anything. */
function web(pages: Readonly<Record<string, Page>>): { http: HttpClient; asked: string[] } {
  const asked: string[] = [];
  const http: HttpClient = {
    async send({ url }): Promise<HttpAnswer> {
      asked.push(url.href);
      const { status = 200, text = '', location } = pages[url.href] ?? { status: 404 };
      const body = async function* (): AsyncGenerator<Uint8Array> {
        yield new TextEncoder().encode(text);
      };
      return { status, headers: location === undefined ? {} : { location }, body: body(), discard() {} };
    },
    broken: new Promise(() => {}),
    close() {},
  };
  return { http, asked };
}

function look(
  pages: Readonly<Record<string, Page>>,
  name = 'example.org',
  allowInsecure = false,
): Promise<string> {
  return discover(name, { http: web(pages).http, limits: DEFAULT_LIMITS, allowInsecure }, signal);
}

const file = (base: unknown): Page => ({ text: JSON.stringify({ 'm.homeserver': { base_url: base } }) });
const VERSIONS: Page = { text: '{"versions":["v1.11"]}' };
const THERE = { 'https://matrix.example.org/_matrix/client/versions': VERSIONS };

describe('the homeserver of a name', () => {
  test('is where its file says, with a slash at the end or without', async () => {
    const base = 'https://matrix.example.org/';
    expect(await look({ [WELL_KNOWN]: file(base), ...THERE })).toBe('https://matrix.example.org');
  });

  test('may have a port and a path', async () => {
    const base = 'https://example.net:8443/matrix';
    const there = { [`${base}/_matrix/client/versions`]: VERSIONS };
    expect(await look({ [WELL_KNOWN]: file(base), ...there })).toBe(base);
  });

  test('is the name itself where there is no file', async () => {
    expect(await look({})).toBe('https://example.org');
    expect(await look({}, 'example.org:8448')).toBe('https://example.org:8448');
  });

  test('is asked for at the name alone, whatever port it has', async () => {
    const { http, asked } = web({});
    await discover('example.org:8448', { http, limits: DEFAULT_LIMITS, allowInsecure: false }, signal);
    expect(asked).toEqual([WELL_KNOWN]);
  });

  test('on this machine is asked for nowhere', async () => {
    const { http, asked } = web({});
    const parts = { http, limits: DEFAULT_LIMITS, allowInsecure: false };
    expect(await discover('localhost:8008', parts, signal)).toBe('http://localhost:8008');
    expect(asked).toEqual([]);
  });

  test('is found behind redirects', async () => {
    const elsewhere = 'https://www.example.org/matrix.json';
    const pages = {
      [WELL_KNOWN]: { status: 301, location: elsewhere },
      [elsewhere]: file('https://matrix.example.org'),
    };
    expect(await look({ ...pages, ...THERE })).toBe('https://matrix.example.org');
  });
});

test.each<[string, Readonly<Record<string, Page>>, RegExp]>([
  ['redirects in a circle', { [WELL_KNOWN]: { status: 302, location: WELL_KNOWN } }, /always somewhere else/],
  [
    'a redirect into the clear',
    { [WELL_KNOWN]: { status: 302, location: 'http://example.org/' } },
    /nothing is encrypted/,
  ],
  [
    'a homeserver on the own machine, in the clear',
    {
      [WELL_KNOWN]: file('http://127.0.0.1:8008'),
      'http://127.0.0.1:8008/_matrix/client/versions': VERSIONS,
    },
    /nothing is encrypted/,
  ],
  ['a redirect to nowhere', { [WELL_KNOWN]: { status: 302, location: 'https://' } }, /nothing is encrypted/],
  ['a redirect that says not where', { [WELL_KNOWN]: { status: 302 } }, /answered 302/],
  [
    'a place that is told with another answer',
    { [WELL_KNOWN]: { status: 500, location: 'https://elsewhere.example/' } },
    /answered 500/,
  ],
  ['a server that is out of order', { [WELL_KNOWN]: { status: 500 } }, /answered 500/],
  ['a page in place of the file', { [WELL_KNOWN]: { text: '<html>' } }, /not JSON/],
  ['an empty file', { [WELL_KNOWN]: { text: '' } }, /not JSON/],
  ['a file without a homeserver', { [WELL_KNOWN]: { text: '{}' } }, /names no homeserver/],
  ['a file whose homeserver is no text', { [WELL_KNOWN]: file(5) }, /names no homeserver/],
  [
    'a homeserver that is none',
    { [WELL_KNOWN]: file('https://matrix.example.org') },
    /no homeserver answers/,
  ],
  [
    'a homeserver of another kind',
    {
      [WELL_KNOWN]: file('https://matrix.example.org'),
      'https://matrix.example.org/_matrix/client/versions': { text: '{"versions":"all"}' },
    },
    /no homeserver answers/,
  ],
])('%s is told with what to do', async (_, pages, expected) => {
  const error: unknown = await look(pages).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(WireError);
  expect(String(error)).toMatch(expected);
  expect(String(error)).toContain('--server');
});

test.each<[string, Page, string]>([
  ['a file without end', { text: `{"a":"${'x'.repeat(100_000)}"}` }, 'limit'],
  ['a homeserver in the clear', file('http://matrix.example.org'), 'tls-required'],
  ['a homeserver that is no address', file('not an address at all'), 'invalid'],
])('%s is refused', async (_, page, code) => {
  await expect(look({ [WELL_KNOWN]: page })).rejects.toMatchObject({ code });
});
