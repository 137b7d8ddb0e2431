import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Home, errorOf } from './support/cli.ts';

describe('natter', () => {
  it('shows help on stdout, and on everything', async () => {
    const home = new Home();
    for (const argv of [
      ['--help'],
      ['help'],
      [],
      ['account', '--help'],
      ['help', 'account', 'add'],
      ['send', '-h'],
    ]) {
      const { code, stdout, stderr } = await home.run(argv);
      expect([code, stderr], argv.join(' ')).toEqual([0, '']);
      expect(stdout).toMatch(/^(natter:.*\n\n)?usage: natter/);
    }
  });

  it('says its version', async () => {
    const home = new Home();
    expect((await home.run(['--version'])).stdout).toMatch(/^natter \d+\.\d+\.\d+\n$/);
    expect(await home.lines('--version')).toMatchObject([{ v: 1, type: 'version' }]);
  });

  it.each([
    [['frobnicate'], "there is no command 'frobnicate'"],
    [['account', 'frobnicate'], "there is no command 'account frobnicate'"],
    [['account'], 'There is add, list, show'],
    [['send'], 'TO is missing'],
    [['send', 'bob', 'hi', '--wait', 'soon'], '--wait takes queued, sent, delivered, read'],
    [['send', 'bob', ' '], 'TEXT is empty'],
    [['search', ' '], 'QUERY is empty'],
    [['contacts', '--color', 'blue'], '--color takes auto, always, never'],
    [['watch', '--type', 'noise'], '--type takes message'],
    [
      ['account', 'add', 'native', 'a@b', '--password-stdin', '--password-command', 'x'],
      'exclude each other',
    ],
    [['daemon', '--stop', '--status'], '--stop stands alone'],
    [['server', 'run', '--listen', 'nowhere'], '--listen takes HOST:PORT'],
  ])('ends %j with 2, in one line that says why, and starts nothing', async (argv, text) => {
    const home = new Home();
    const { code, stdout, stderr } = await home.run(argv);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(text);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(existsSync(join(home.folder, 'home', 'data'))).toBe(false);
    const json = await home.run([...argv, '--json']);
    expect(errorOf(json)).toMatchObject({ v: 1, type: 'error', code: 'invalid', retriable: false });
  });

  it('reads the stored list without a profile, starts nothing and leaves nothing', async () => {
    const home = new Home();
    const { code, stdout } = await home.run(['contacts', '--json']);
    expect([code, stdout]).toEqual([0, '']);
    expect(readdirSync(join(home.folder, 'home'))).toEqual(['cache']);
    expect((await home.run(['daemon', '--status'])).code).toBe(1);
  });

  const noFull = !existsSync('/dev/full');
  it.skipIf(noFull)(
    `fails in one line when its output does not fit on the disk${noFull ? ' [needs the device /dev/full]' : ''}`,
    async () => {
      const home = new Home();
      const program = fileURLToPath(new URL('../bin/natter.js', import.meta.url));
      const { PATH = '' } = process.env;
      const env = { PATH, NATTER_HOME: join(home.folder, 'home'), NATTER_SECRETS: 'plain' };
      for (const options of ['', '--json']) {
        const command = `exec "$0" "$1" doctor ${options} > /dev/full`;
        const run = promisify(execFile)('sh', ['-c', command, process.execPath, program], { env });
        await expect(run, options).rejects.toMatchObject({
          code: 1,
          stderr: expect.stringMatching(
            /^[^\n]*the output cannot be written: no space is left[^\n]*\n$/,
          ) as unknown,
        });
      }
    },
  );

  it('prints completion scripts that shells can read', async () => {
    const home = new Home();
    const { stdout } = await home.run(['completion', 'bash']);
    const complete = `${stdout}\nCOMP_WORDS=(natter account ad) COMP_CWORD=2; _natter; echo "\${COMPREPLY[@]}"`;
    const { stdout: found } = await promisify(execFile)('bash', ['-c', complete]);
    expect(found.trim()).toBe('add');
    for (const shell of ['zsh', 'fish']) expect((await home.run(['completion', shell])).code).toBe(0);
    expect((await home.run(['completion', 'csh'])).code).toBe(2);
  });

  it('names file and line of a broken config file, and moves nothing', async () => {
    const home = new Home();
    const file = join(home.folder, 'home', 'config.toml');
    await home.run(['contacts']);
    writeFileSync(file, 'secrets = "plain"\ncolor = "blue"\n');
    for (const argv of [['contacts'], ['account', 'list'], ['daemon']]) {
      const { code, stdout, stderr } = await home.run(argv);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toBe(`natter: ${file}:2: color must be auto, always or never, not "blue"\n`);
    }
    // What ends a daemon, or only looks whether there is one, needs no settings.
    expect((await home.run(['daemon', '--stop'])).code).toBe(0);
    expect((await home.run(['daemon', '--status'])).stdout).toBe('no daemon runs\n');
    expect(existsSync(join(home.folder, 'home', 'data'))).toBe(false);
  });

  it('obeys NO_COLOR and --color, and gives no colour to a pipe', async () => {
    const home = new Home();
    const check = async (argv: readonly string[], environment: Record<string, string> = {}) =>
      (await home.run(['doctor', ...argv], { environment })).stdout.includes('\u001b[');
    expect(await check([])).toBe(false);
    expect(await check(['--color', 'always'])).toBe(true);
    expect(await check(['--color', 'always'], { NO_COLOR: '1' })).toBe(true);
    expect(await check(['--color', 'never'], { NATTER_COLOR: 'always' })).toBe(false);
    expect(await check([], { NATTER_COLOR: 'always' })).toBe(true);
  });

  it('says in one line that it needs a newer Node', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'natter-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    // The check reads only the version, so an older Node is one that says so.
    const old = join(folder, 'old.cjs');
    writeFileSync(old, "Object.defineProperty(process.versions, 'node', { value: '20.19.0' });\n");
    const program = fileURLToPath(new URL('../bin/natter.js', import.meta.url));
    const run = promisify(execFile)(process.execPath, ['-r', old, program, 'contacts']);
    await expect(run).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'natter: Node 24 or newer is needed, and this is 20.19.0; see https://nodejs.org/\n',
    });
  });
});
