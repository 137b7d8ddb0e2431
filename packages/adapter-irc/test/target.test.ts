import { expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { serverOf } from '../src/target.ts';

const server = (text: string) => serverOf('me@irc.example.net', readConfig({ server: text }));

test('a server is a host and a port that can be', () => {
  expect(server('irc.example.org:65535')).toEqual({
    scheme: undefined,
    host: 'irc.example.org',
    port: 65535,
  });
  expect(server('ircs://[::1]:6697')).toEqual({ scheme: 'ircs', host: '::1', port: 6697 });
  for (const text of ['localhost:99999', 'localhost:0', 'ftp://localhost', 'a b'])
    expect(() => server(text)).toThrow(
      expect.objectContaining({ data: expect.objectContaining({ code: 'invalid' }) as object }),
    );
});
