import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Home, ended, errorOf, pathsOf } from './support/cli.ts';
import { homeOf, nativeServer } from './support/network.ts';

describe('files of a profile', () => {
  it('are 0600 in folders of 0700 with a umask of 0, and the socket too', async () => {
    const server = await nativeServer(['alice', 'bob']);
    const previous = await homeOf('alice', server);
    const home = new Home();
    const shell = `umask 0; exec ${JSON.stringify(process.execPath)} ${JSON.stringify(fileURLToPath(new URL('../bin/natter.js', import.meta.url)))} "$@"`;
    const { PATH = '' } = process.env;
    const environment = { PATH, NATTER_HOME: join(home.folder, 'home'), NATTER_SECRETS: 'plain' };
    const argv = ['account', 'add', 'native', 'bob@localhost', '--server', server.url, '--password-stdin'];
    const child = spawn('/bin/sh', ['-c', shell, 'sh', ...argv], {
      env: environment,
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    child.stdin.end('password-bob\n');
    expect((await once(child, 'exit'))[0]).toBe(0);
    const wide = fs
      .readdirSync(environment.NATTER_HOME, { recursive: true, withFileTypes: true })
      .filter((entry) => {
        const mode = fs.lstatSync(join(entry.parentPath, entry.name)).mode & 0o777;
        return mode !== (entry.isDirectory() ? 0o700 : 0o600);
      });
    expect(wide.map(({ name }) => name)).toEqual([]);
    expect(fs.statSync(environment.NATTER_HOME).mode & 0o777).toBe(0o700);
    expect(fs.existsSync(pathsOf(home).socket)).toBe(true);
    expect(previous.folder).not.toBe(home.folder);
  });
});

describe('a password', () => {
  it('is in no command line, log, error or file but the one for secrets', async () => {
    const canary = 'canary-8472-passphrase';
    const server = await nativeServer([]);
    await server.administration.addUser('alice', canary);
    const home = new Home();
    const seen: string[] = [];
    const add = ['account', 'add', 'native', 'alice@localhost', '--server', server.url, '--password-stdin'];
    const adding = home.start([...add, '--json'], { stdin: `${canary}\n` });
    const watch = setInterval(() => seen.push(...commandLines()), 5);
    const { code, stdout, stderr } = await ended(adding);
    seen.push(...commandLines());
    clearInterval(watch);
    expect(code).toBe(0);
    const wrong = await home.run(
      add.map((word) => word.replace('alice@', 'nobody@')),
      { stdin: `${canary}\n` },
    );
    expect(wrong.code).toBe(4);
    await home.lines('daemon', '--stop');
    expect(seen.some((line) => line.includes('natter'))).toBe(true);
    expect(
      [stdout, stderr, wrong.stdout, wrong.stderr, ...seen].filter((text) => text.includes(canary)),
    ).toEqual([]);
    const holding = fs
      .readdirSync(join(home.folder, 'home'), { recursive: true, withFileTypes: true })
      .filter(
        (entry) => entry.isFile() && fs.readFileSync(join(entry.parentPath, entry.name)).includes(canary),
      );
    expect(holding.map(({ name }) => name).filter((name) => name !== 'secrets.json')).toEqual([]);
  });

  it('from a command is asked for there, and not kept', async () => {
    const canary = 'canary-8473-passphrase';
    const server = await nativeServer([]);
    await server.administration.addUser('alice', canary);
    const home = new Home();
    const file = join(home.folder, 'password');
    fs.writeFileSync(file, `${canary}\n`);
    await home.lines(
      'account',
      'add',
      'native',
      'alice@localhost',
      '--server',
      server.url,
      '--password-command',
      `cat ${file}`,
    );
    const secrets = fs.readFileSync(pathsOf(home).plainSecretsFile, 'utf8');
    expect(secrets).toContain(`cat ${file}`);
    expect(secrets).not.toContain(canary);
  });

  it('is encrypted where the user chose that', async () => {
    const server = await nativeServer(['alice']);
    const home = await homeOf('alice', server, {
      NATTER_SECRETS: 'file',
      NATTER_PASSPHRASE_COMMAND: 'echo correct horse',
    });
    expect(fs.existsSync(pathsOf(home).plainSecretsFile)).toBe(false);
    expect(fs.readFileSync(pathsOf(home).encryptedSecretsFile, 'utf8')).toContain('aes-256-gcm');
    await home.lines('daemon', '--stop');
    const wrong = await home.run(['account', 'list', '--json'], {
      environment: { NATTER_PASSPHRASE_COMMAND: 'echo wrong' },
    });
    expect([wrong.code, errorOf(wrong)['code']]).toEqual([1, 'secret']);
    expect(await home.lines('account', 'list', '--timeout', '20')).toMatchObject([
      { address: 'alice@localhost' },
    ]);
  });
});

/** What every process of this machine was started with. */
function commandLines(): string[] {
  return fs.readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return [fs.readFileSync(`/proc/${name}/cmdline`, 'utf8')];
    } catch {
      // The process is gone.
      return [];
    }
  });
}
