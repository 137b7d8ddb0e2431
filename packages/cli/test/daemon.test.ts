import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { profilePaths } from '@natter/daemon/paths';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Home, ended, errorOf, nextLine } from './support/cli.ts';
import type { Line } from './support/cli.ts';
import { friends, homeOf, nativeServer, until } from './support/network.ts';

const pathsOf = (home: Home) => profilePaths({ NATTER_HOME: join(home.folder, 'home') });

async function statusOf(home: Home): Promise<Line | null> {
  const { code, lines } = await home.run(['daemon', '--status', '--json']);
  return code === 0 ? (lines[0] ?? null) : null;
}

async function pidOf(home: Home): Promise<number> {
  return Number((await statusOf(home))?.['pid']);
}

describe('the daemon', () => {
  it('is started by the first command that needs it, and then used by all', async () => {
    const home = new Home();
    expect(await statusOf(home)).toBeNull();
    await home.lines('account', 'list');
    const pid = await pidOf(home);
    await Promise.all([home.lines('outbox', 'list'), home.lines('contacts'), home.lines('room', 'list')]);
    expect(await pidOf(home)).toBe(pid);
    expect(await home.lines('daemon', '--stop')).toMatchObject([{ type: 'daemon', state: 'stopped', pid }]);
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
    expect(fs.existsSync(pathsOf(home).socket)).toBe(false);
  });

  it('is exactly one, however many commands start at once', async () => {
    const home = new Home();
    const results = await Promise.all(
      Array.from({ length: 5 }, () => home.run(['account', 'list', '--json'])),
    );
    expect(results.map(({ code, stderr }) => [code, stderr])).toEqual(
      Array.from({ length: 5 }, () => [0, '']),
    );
    const log = fs.readFileSync(pathsOf(home).logFile, 'utf8').trimEnd().split('\n');
    expect(log.filter((line) => line.includes('daemon.ready'))).toHaveLength(1);
  });

  it('takes the place of one that was killed, and of the socket that it left', async () => {
    const home = new Home();
    await home.lines('account', 'list');
    const pid = await pidOf(home);
    process.kill(pid, 'SIGKILL');
    await until(async () => (await statusOf(home)) === null);
    expect(fs.existsSync(pathsOf(home).socket)).toBe(true);
    await home.lines('account', 'list');
    expect(await pidOf(home)).not.toBe(pid);
  });

  it('takes the place of a stale file where its socket goes', async () => {
    const home = new Home();
    const { socket } = pathsOf(home);
    fs.mkdirSync(join(socket, '..'), { recursive: true });
    fs.writeFileSync(socket, 'not a socket');
    await home.lines('account', 'list');
    expect(await statusOf(home)).not.toBeNull();
  });

  it('goes on with what was queued when it was killed', async () => {
    const server = await nativeServer(['alice', 'bob']);
    const { alice, bob } = await friends(server);
    await Promise.all(
      ['one', 'two', 'three'].map((word) => alice.lines('send', 'bob', word, '--wait', 'queued')),
    );
    process.kill(await pidOf(alice), 'SIGKILL');
    await alice.lines('account', 'list');
    await until(async () => (await alice.lines('outbox', 'list')).length === 0);
    await until(async () => (await bob.lines('history', 'alice')).length >= 3);
    const words = (await bob.lines('history', 'alice')).map(({ text }) => String(text));
    expect(words.sort()).toEqual(['one', 'three', 'two']);
  });

  it('goes on for those who watch when it was killed', async () => {
    const server = await nativeServer(['alice', 'bob']);
    const { alice, bob } = await friends(server);
    const watching = bob.start(['watch', '--json', '--type', 'message', '--timeout', '18']);
    await until(async () => Number((await statusOf(bob))?.['frontEnds']) > 1);
    process.kill(await pidOf(bob), 'SIGKILL');
    const line = nextLine(watching);
    await alice.lines('send', 'bob', 'still there?');
    expect(await line).toMatchObject({ type: 'message', text: 'still there?' });
  });

  it('ends when nobody has needed it for a while, and not before', async () => {
    const home = new Home({ NATTER_SECRETS: 'plain', NATTER_DAEMON_IDLE: '1s' });
    const watching = home.start(['watch', '--timeout', '3']);
    await until(async () => (await statusOf(home)) !== null);
    const pid = await pidOf(home);
    await ended(watching);
    expect(await pidOf(home)).toBe(pid);
    await until(async () => !fs.existsSync(pathsOf(home).socket));
    expect(fs.readFileSync(pathsOf(home).logFile, 'utf8')).toContain('"reason":"idle"');
  });

  it('stays when it was told to, and serves in the foreground until a signal', async () => {
    const home = new Home({ NATTER_SECRETS: 'plain', NATTER_DAEMON_IDLE: '200ms' });
    const running = home.start(['daemon', '--stay', '--json']);
    expect(await nextLine(running)).toMatchObject({ type: 'daemon', state: 'running', stay: true });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(await statusOf(home)).toMatchObject({ stay: true });
    running.kill('SIGTERM');
    expect((await once(running, 'exit'))[0]).toBe(0);
    expect(await statusOf(home)).toBeNull();
  });

  it('that is asked to stay while it runs does so', async () => {
    const home = new Home();
    await home.lines('account', 'list');
    expect(await statusOf(home)).toMatchObject({ stay: false });
    await home.lines('daemon', '--stay');
    expect(await statusOf(home)).toMatchObject({ stay: true });
  });
});

describe('a daemon of another version', () => {
  const program = fileURLToPath(new URL('programs/daemon-of-version.ts', import.meta.url));

  async function start(home: Home, version: string): Promise<void> {
    const { PATH = '' } = process.env;
    const child = spawn(process.execPath, [program, version], {
      env: { PATH, NATTER_HOME: join(home.folder, 'home'), NATTER_SECRETS: 'plain' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
    expect(chunk.toString()).toBe('ready\n');
  }

  it('that is older is asked to end and replaced', async () => {
    const home = new Home();
    await start(home, '0.0.0-alpha');
    expect((await home.run(['account', 'list'])).code).toBe(0);
    expect((await statusOf(home))?.['version']).not.toBe('0.0.0-alpha');
  });

  it('that is newer is left alone, and the command says what to do', async () => {
    const home = new Home();
    await start(home, '999.0.0');
    const { code, stdout, stderr } = await home.run(['account', 'list']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^natter: the running daemon is natter 999\.0\.0, newer than this command .*update.*\n$/,
    );
    expect(await statusOf(home)).toMatchObject({ version: '999.0.0' });
  });
});

describe('something else at the socket', () => {
  it('that does not answer is an error that says what to do', async () => {
    const home = new Home();
    const { socket } = pathsOf(home);
    fs.mkdirSync(join(socket, '..'), { recursive: true });
    const silent = createServer((connection) => void connection.resume()).listen(socket);
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    const result = await home.run(['account', 'list', '--json']);
    expect([result.code, errorOf(result)['code']]).toEqual([3, 'timeout']);
    expect(errorOf(result)['message']).toContain(socket);
  });
});

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
