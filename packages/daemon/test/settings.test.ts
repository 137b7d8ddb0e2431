import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadSettings } from '../src/settings/config-file.ts';
import { parseDuration } from '../src/settings/duration.ts';
import { compareVersions } from '../src/version.ts';
import { temporaryHome } from './home.ts';

describe('settings', () => {
  const load = async (config: string | null, environment: Record<string, string> = {}) => {
    const { paths } = temporaryHome();
    if (config !== null) writeFileSync(paths.configFile, config);
    const settings = await loadSettings(paths, environment);
    return { settings, paths };
  };

  it('have defaults', async () => {
    const { settings } = await load(null);
    expect(settings).toMatchObject({
      secrets: 'keyring',
      passphraseCommand: null,
      idle: 30 * 60_000,
      color: 'auto',
    });
  });

  it('come from the file, and the environment wins', async () => {
    const config = 'secrets = "file"\npassphrase_command = "pass natter"\n[daemon]\nidle = "2h"\n';
    const { settings } = await load(config, { NATTER_SECRETS: 'plain' });
    expect(settings).toMatchObject({ secrets: 'plain', passphraseCommand: 'pass natter', idle: 7_200_000 });
  });

  it('take NO_COLOR from the environment, before the file and behind our own variable', async () => {
    const config = 'color = "always"\n';
    expect((await load(config)).settings.color).toBe('always');
    expect((await load(config, { NO_COLOR: '1' })).settings.color).toBe('never');
    expect((await load(config, { NO_COLOR: '' })).settings.color).toBe('always');
    expect((await load(config, { NO_COLOR: '1', NATTER_COLOR: 'auto' })).settings.color).toBe('auto');
  });

  it.each([
    ['secrets = ', ':1:'],
    ['color = "auto"\nsecrets = "safe"', ':2: secrets must be keyring, file or plain, not "safe"'],
    ['[daemon]\n# how long\nidle = "soon"', ':3: daemon.idle must be a time'],
    ['colour = "auto"', ':1: unknown setting "colour"; there are secrets,'],
    ['[daemon]\nport = 1', ':2: unknown setting "daemon.port"'],
    ['color = true', ':1: color must be a text or a number'],
    ['color = "auto"\ncolor = "auto"', ':2:'],
  ])('names file and line of %j, and leaves it as it is', async (config, text) => {
    const { paths } = temporaryHome();
    writeFileSync(paths.configFile, config);
    await expect(loadSettings(paths, {})).rejects.toThrow(`${paths.configFile}${text}`);
    expect(readFileSync(paths.configFile, 'utf8')).toBe(config);
  });

  it('names a wrong variable of the environment', async () => {
    await expect(load(null, { NATTER_SECRETS: 'vault' })).rejects.toThrow(
      'NATTER_SECRETS: secrets must be keyring, file or plain, not "vault"',
    );
  });
});

describe('durations', () => {
  it.each([
    ['90', 90_000],
    ['1.5s', 1500],
    ['500ms', 500],
    ['30m', 1_800_000],
    ['1d', 86_400_000],
    ['', undefined],
    ['-1', undefined],
    ['1w', undefined],
  ])('%j is %s ms', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));
});

describe('versions', () => {
  it.each([
    ['1.2.3', '1.2.3', 0],
    ['1.2.3', '1.10.0', -1],
    ['2.0.0', '1.99.99', 1],
    ['1.0.0-beta.1', '1.0.0', -1],
    ['1.0.0+build', '1.0.0', 0],
  ])('%s against %s', (a, b, sign) => expect(Math.sign(compareVersions(a, b))).toBe(sign));
});
