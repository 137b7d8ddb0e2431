import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Home, ended, errorOf, nextLine, pathsOf } from './support/cli.ts';
import type { Line } from './support/cli.ts';
import { friends, nativeServer, passwordOf, until } from './support/network.ts';

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
    await ended(watching);
    await until(async () => !fs.existsSync(pathsOf(home).socket));
    const log = fs.readFileSync(pathsOf(home).logFile, 'utf8').trimEnd().split('\n');
    const [ready, stopping, ...others] = log
      .map((line) => JSON.parse(line) as Line)
      .filter(({ code }) => code === 'daemon.ready' || code === 'daemon.stopping');
    expect([stopping?.['reason'], others]).toEqual(['idle', []]);
    // Told by its own clock: however late this test looks, the daemon outlived the command that needed it.
    const lived = Date.parse(String(stopping?.['time'])) - Date.parse(String(ready?.['time']));
    expect(lived).toBeGreaterThan(3000);
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

  it('that can keep no secrets gives way to one that can', async () => {
    const server = await nativeServer(['alice']);
    const home = new Home({ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' });
    const add = ['account', 'add', 'native', 'alice', '--server', server.url, '--password-stdin', '--json'];
    const refused = await home.run(add, { stdin: passwordOf('alice') });
    expect([refused.code, errorOf(refused)]).toMatchObject([1, { code: 'secret' }]);
    const added = await home.run(add, {
      stdin: passwordOf('alice'),
      environment: { NATTER_SECRETS: 'plain' },
    });
    expect([added.stderr, added.code]).toEqual(['', 0]);
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
    const silent = createServer((connection) => void connection.on('error', () => {}).resume()).listen(
      socket,
    );
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    const result = await home.run(['account', 'list', '--json']);
    expect([result.code, errorOf(result)['code']]).toEqual([3, 'timeout']);
    expect(errorOf(result)['message']).toContain(socket);
  });
});

describe('a daemon that hangs', () => {
  it('is an error for commands, and --stop ends it all the same', async () => {
    const home = new Home();
    await home.lines('account', 'list');
    const pid = await pidOf(home);
    process.kill(pid, 'SIGSTOP');
    // One after the other: --stop kills the daemon after as long as a command waits for it.
    const listed = await home.run(['account', 'list', '--json']);
    const stopped = await home.run(['daemon', '--stop']);
    expect([listed.code, errorOf(listed)['code']]).toEqual([3, 'timeout']);
    expect(stopped.code).toBe(0);
    await until(async () => (await statusOf(home)) === null);
    expect((await home.run(['account', 'list'])).code).toBe(0);
  });
});
