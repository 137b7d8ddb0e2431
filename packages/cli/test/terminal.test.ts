import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Home } from './support/cli.ts';
import { nativeServer, passwordOf } from './support/network.ts';

const program = fileURLToPath(new URL('../bin/natter.js', import.meta.url));

// util-linux's: gives a command a terminal and passes our input on to it.
const noScript = !String(spawnSync('script', ['--version']).stdout).includes('util-linux');

/** Runs a command at a terminal, and types each answer when its question has been asked. */
async function atTerminal(
  home: Home,
  argv: readonly string[],
  answers: readonly (readonly [question: string, answer: string])[],
): Promise<{ code: number | null; screen: string }> {
  const command = [process.execPath, program, ...argv].map((word) => `'${word}'`).join(' ');
  const { PATH = '' } = process.env;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { PATH, TERM: 'dumb', NATTER_HOME: join(home.folder, 'home'), ...home.environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  const left = [...answers];
  let asked = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString();
    const [next] = left;
    const at = next === undefined ? -1 : screen.indexOf(next[0], asked);
    if (next === undefined || at < 0) return;
    asked = at + next[0].length;
    left.shift();
    child.stdin.write(next[1]);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, screen };
}

const at = (title: string, run: () => Promise<void>): void =>
  it.skipIf(noScript)(`${title}${noScript ? ' [needs the script command of util-linux]' : ''}`, run);

at('a password is asked for and not shown', async () => {
  const server = await nativeServer(['alice']);
  const home = new Home();
  const add = ['account', 'add', 'native', 'alice@localhost', '--server', server.url];
  const { code, screen } = await atTerminal(home, add, [['Password: ', `${passwordOf('alice')}\r`]]);
  expect(code).toBe(0);
  expect(screen).toContain('alice@localhost');
  expect(screen).not.toContain(passwordOf('alice'));
});

at('Ctrl-C at the question ends with 130, silently, and nothing is saved', async () => {
  const server = await nativeServer(['alice']);
  const home = new Home();
  const add = ['account', 'add', 'native', 'alice@localhost', '--server', server.url];
  const { code, screen } = await atTerminal(home, add, [['Password: ', 'typed\u0003']]);
  expect(code).toBe(130);
  expect(screen.trim()).toBe('Password:');
  expect(await home.lines('account', 'list')).toEqual([]);
});

at('the passphrase of the secrets file is asked for by the command that starts the daemon', async () => {
  const home = new Home({ NATTER_SECRETS: 'file' });
  const created = await atTerminal(
    home,
    ['account', 'list'],
    [
      ['New passphrase', 'correct horse\r'],
      ['The same again', 'correct horse\r'],
    ],
  );
  expect(created.code).toBe(0);
  await home.run(['daemon', '--stop']);
});
