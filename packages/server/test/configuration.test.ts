import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settleConfiguration } from '../src/configuration/configuration.ts';
import type { ServerConfiguration } from '../src/configuration/configuration.ts';
import { parseDuration, parseListen, parseSize } from '../src/configuration/units.ts';
import { temporaryDirectory } from './support/server.ts';

const nothing = { flags: {}, environment: {}, defaultData: '/data' };

/** What comes of a config file. */
function settled(toml: string, more: Partial<typeof nothing> = {}): ServerConfiguration {
  const file = join(temporaryDirectory(), 'server.toml');
  writeFileSync(file, toml);
  return settleConfiguration({ ...nothing, ...more, file });
}

describe('the configuration of a server', () => {
  it('is sensible when nobody chooses anything', () => {
    expect(settleConfiguration(nothing)).toEqual({
      server: { dataDirectory: '/data', limits: {}, visitors: {}, administration: { port: 0 } },
      log: { level: 'info', format: null },
      drain: 3000,
    });
  });

  it('takes everything from a file', () => {
    const { server, log, drain } = settled(`
      data = "/srv/natter"
      name = "chat.example"
      listen = "0.0.0.0:443"
      registration = "invite"
      trusted_proxies = ["10.0.0.0/8", "::1"]
      drain = "20s"
      [tls]
      certificate = "/etc/cert.pem"
      key = "/etc/key.pem"
      [admin]
      listen = "[::1]:9100"
      [log]
      level = "warn"
      format = "text"
      [retention]
      messages = "365d"
      [limits]
      file_quota = "2GiB"
      text_length = 500
    `);
    expect(server).toEqual({
      dataDirectory: '/srv/natter',
      name: 'chat.example',
      host: '0.0.0.0',
      port: 443,
      registration: 'invite',
      trustedProxies: ['10.0.0.0/8', '::1'],
      tls: { certificateFile: '/etc/cert.pem', keyFile: '/etc/key.pem' },
      administration: { host: '::1', port: 9100 },
      retention: 365 * 86_400_000,
      fileQuota: 2 * 1024 ** 3,
      limits: { textLength: 500 },
      visitors: {},
    });
    expect(log).toEqual({ level: 'warn', format: 'text' });
    expect(drain).toBe(20_000);
  });

  it('takes a flag before the environment, that before the file', () => {
    const toml = 'registration = "open"\nname = "file"\nlisten = 1\n[log]\nlevel = "debug"';
    const environment = {
      NATTER_SERVER_REGISTRATION: 'invite',
      NATTER_SERVER_NAME: 'environment',
      NATTER_SERVER_LOG_LEVEL: '',
    };
    const { server, log } = settled(toml, { environment, flags: { registration: 'closed' } });
    expect(server).toMatchObject({ registration: 'closed', name: 'environment', port: 1 });
    expect(log.level).toBe('debug');
  });

  it.each([
    ['registration = "open"\n\nlisten = "nowhere"', /server\.toml:3: listen takes HOST:PORT/],
    ['[limits]\nfile_quota = "much"', /server\.toml:2: limits\.file_quota takes a size/],
    ['[limits]\n\n  colour = 3', /server\.toml:3: there is no setting 'limits\.colour'/],
    ['name = [1', /server\.toml:1:\d+: /],
    ['name = { x = 1 }', /server\.toml:1: name must be a text/],
    ['[tls]\ncertificate = "/a"', /go together/],
  ])('says in one line what is wrong with %j', (toml, message) => {
    expect(() => settled(toml)).toThrow(expect.objectContaining({ code: 'configuration' }));
    expect(() => settled(toml)).toThrow(message);
    expect(() => settled(toml)).toThrow(/^[^\n]*$/);
  });

  it('names the flag or the variable that is wrong, and a file that is not there', () => {
    expect(() => settleConfiguration({ ...nothing, flags: { listen: 'x:y' } })).toThrow(/^--listen takes/);
    expect(() => settleConfiguration({ ...nothing, environment: { NATTER_SERVER_DRAIN: 'soon' } })).toThrow(
      /^NATTER_SERVER_DRAIN takes a time/,
    );
    expect(() => settleConfiguration({ ...nothing, file: '/nowhere/server.toml' })).toThrow(
      /^\/nowhere\/server\.toml cannot be read/,
    );
  });

  it('reads times, sizes and addresses', () => {
    expect(['500ms', '90', '1.5h', '2d', '-1', 'x', '1y'].map(parseDuration)).toEqual([
      500,
      90_000,
      5_400_000,
      172_800_000,
      undefined,
      undefined,
      undefined,
    ]);
    expect(['7', '1KiB', '2 GiB', '1kb'].map(parseSize)).toEqual([7, 1024, 2 * 1024 ** 3, undefined]);
    expect(['80', 'host:80', '[::1]:80', ':80', 'host:99999', '::1:80'].map(parseListen)).toEqual([
      { port: 80 },
      { host: 'host', port: 80 },
      { host: '::1', port: 80 },
      undefined,
      undefined,
      undefined,
    ]);
  });
});
