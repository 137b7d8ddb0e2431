import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { profilePaths, socketPath } from '../src/profile/paths.ts';
import {
  ensurePrivateFile,
  ensurePrivateFolder,
  readSecretFile,
  replacePrivateFile,
} from '../src/profile/private-files.ts';
import { temporaryHome } from './home.ts';

const mode = (path: string): string => (fs.statSync(path).mode & 0o777).toString(8);

describe('profile paths', () => {
  it('puts everything under NATTER_HOME', () => {
    const paths = profilePaths({ NATTER_HOME: '/h', XDG_DATA_HOME: '/elsewhere' });
    for (const path of Object.values(paths)) expect(path).toMatch(/^\/h(\/|$)/);
  });

  it('follows the XDG base directories, and ignores relative ones as the specification asks', () => {
    const paths = profilePaths({
      HOME: '/home/u',
      XDG_CONFIG_HOME: '/c',
      XDG_DATA_HOME: 'relative',
      XDG_RUNTIME_DIR: '/run/user/7',
    });
    expect(paths.configFile).toBe('/c/natter/config.toml');
    expect(paths.storeFile).toBe('/home/u/.local/share/natter/natter.db');
    expect(paths.logFile).toBe('/home/u/.local/state/natter/daemon.log');
    expect(paths.cacheFolder).toBe('/home/u/.cache/natter');
    expect(paths.socket).toBe('/run/user/7/natter/natter.sock');
  });

  it('keeps the socket path short enough for every Unix, and apart for every profile', () => {
    const long = (name: string): string => socketPath(join('/', 'x'.repeat(120), name));
    expect(Buffer.byteLength(long('a'))).toBeLessThanOrEqual(100);
    expect(long('a')).not.toBe(long('b'));
    expect(long('a')).toBe(long('a'));
    expect(dirname(long('a'))).not.toBe(dirname(long('b')));
  });
});

describe('private files', () => {
  it('are 0600 in folders of 0700, whatever the umask', () => {
    const { home } = temporaryHome();
    const folder = join(home, 'data');
    const file = join(folder, 'file');
    // Vitest's workers cannot set the umask, so the wide modes are made by hand and must be tightened.
    fs.mkdirSync(folder, { mode: 0o777 });
    fs.chmodSync(folder, 0o777);
    fs.writeFileSync(file, 'old');
    fs.chmodSync(file, 0o666);
    ensurePrivateFolder(folder);
    ensurePrivateFile(file);
    expect([mode(folder), mode(file)]).toEqual(['700', '600']);
    replacePrivateFile(join(folder, 'new'), 'text');
    expect(mode(join(folder, 'new'))).toBe('600');
    expect(fs.readdirSync(folder).sort()).toEqual(['file', 'new']);
  });

  // Nobody, not even root, makes a file in /sys.
  it.runIf(process.platform === 'linux')('say in words why they cannot be written', () => {
    const file = '/sys/kernel/natter';
    expect(() => ensurePrivateFile(file)).toThrow(`${file} cannot be written: you may not write there`);
  });

  it('refuses a folder that is a link to somewhere else', () => {
    const { home } = temporaryHome();
    const elsewhere = join(home, 'elsewhere');
    fs.mkdirSync(elsewhere);
    fs.chmodSync(elsewhere, 0o755);
    fs.symlinkSync(elsewhere, join(home, 'data'));
    expect(() => ensurePrivateFolder(join(home, 'data'))).toThrow(/is not a folder/);
    expect(fs.statSync(elsewhere).mode & 0o777).toBe(0o755);
  });

  it.runIf(process.getuid?.() === 0)('refuses a folder of another user [needs root]', () => {
    const { home } = temporaryHome();
    const folder = join(home, 'data');
    fs.mkdirSync(folder, { mode: 0o700 });
    fs.chownSync(folder, 12_345, 12_345);
    expect(() => ensurePrivateFolder(folder)).toThrow(/belongs to another user/);
    expect(fs.statSync(folder).uid).toBe(12_345);
  });

  it.runIf(process.platform === 'linux')(
    'says so where nothing can be made, instead of trying for ever',
    () => {
      const module = new URL('../dist/profile/private-files.js', import.meta.url).href;
      const program = `import(${JSON.stringify(module)}).then((it) => it.ensurePrivateFolder('/proc/natter/data'))`;
      // A process of its own: one that tries for ever cannot be ended from within.
      const { signal, stderr } = spawnSync(process.execPath, ['-e', program], {
        timeout: 20_000,
        encoding: 'utf8',
      });
      expect(signal).toBeNull();
      expect(stderr).toContain('the folder /proc/natter/data cannot be made (ENOENT)');
    },
  );

  it('refuses a secrets file that others can read, and says what to do', () => {
    const { home } = temporaryHome();
    const file = join(home, 'secrets.json');
    fs.writeFileSync(file, '{}', { mode: 0o600 });
    expect(readSecretFile(file)?.toString()).toBe('{}');
    fs.chmodSync(file, 0o640);
    expect(() => readSecretFile(file)).toThrow(/mode 640.*chmod 600/);
  });
});
