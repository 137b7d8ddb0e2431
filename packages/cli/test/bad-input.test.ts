import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createTestCa } from '@natter/testing/tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Home, ended, errorOf } from './support/cli.ts';
import { friends, homeOf, nativeServer, passwordOf, temporaryFolder, until } from './support/network.ts';

const add = (server: string, ...more: readonly string[]): string[] => [
  'account',
  'add',
  'native',
  'alice@localhost',
  '--server',
  server,
  '--password-stdin',
  ...more,
];

/** One line for a person, one object for a program, nothing on stdout, nothing saved. */
async function expectRefusal(
  home: Home,
  argv: readonly string[],
  stdin: string,
): Promise<{ code: number | null; error: Record<string, unknown>; stderr: string }> {
  const text = await home.run(argv, { stdin });
  expect(text.stdout).toBe('');
  expect(text.stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(text.stderr).toMatch(/^natter: /);
  const json = await home.run([...argv, '--json'], { stdin });
  expect(json.code).toBe(text.code);
  expect(await home.lines('account', 'list')).toEqual([]);
  expect(existsSync(join(home.folder, 'home/data/secrets.json'))).toBe(false);
  return { code: text.code, error: errorOf(json), stderr: text.stderr };
}

describe('signing in', () => {
  it('with a wrong password: 4, one line, nothing saved, no second attempt', async () => {
    // A third attempt would be refused as one too many: each command makes exactly one.
    const server = await nativeServer(['alice'], { signInRates: { pair: { burst: 2, interval: 60_000 } } });
    const home = new Home();
    const { code, error, stderr } = await expectRefusal(home, add(server.url), 'wrong password');
    expect(code).toBe(4);
    expect(error).toMatchObject({ v: 1, type: 'error', code: 'authentication', retriable: false });
    expect(stderr).toContain('wrong password');
    expect(stderr).not.toContain('undefined');
  });

  it('where nothing listens: 3, and says which', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const { code, error, stderr } = await expectRefusal(
      new Home(),
      add(`ws://127.0.0.1:${port}`),
      'password',
    );
    expect([code, error['code']]).toEqual([3, 'connection-refused']);
    expect(stderr).toContain(`127.0.0.1:${port}`);
  });

  it('at a name that does not exist: 3, and says which', async () => {
    const { code, stderr } = await expectRefusal(new Home(), add('wss://nowhere.invalid'), 'password');
    expect(code).toBe(3);
    expect(stderr).toContain('nowhere.invalid');
  });

  it('where nobody answers: 3 after --timeout', async () => {
    const silent = createServer((socket) => void socket.on('error', () => {})).listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as AddressInfo;
    const { code, error } = await expectRefusal(
      new Home(),
      add(`ws://127.0.0.1:${port}`, '--timeout', '1'),
      'password',
    );
    expect([code, error['code']]).toEqual([3, 'timeout']);
  });

  it.each(['expired', 'wrong-name', 'self-signed', 'unknown-authority'] as const)(
    'over a certificate that is not to be trusted (%s): 5, and no byte of the password leaves',
    async (fault) => {
      const ca = await createTestCa();
      const { chain, key } = await ca.issueFaulty(fault, ['localhost', '127.0.0.1']);
      const server = await nativeServer(['alice'], { tls: { certificate: chain, key } });
      const home = new Home();
      const file = join(home.folder, 'ca.pem');
      writeFileSync(file, ca.certificate);
      const url = server.url.replace('127.0.0.1', 'localhost');
      const { code, error } = await expectRefusal(home, add(url, '--ca', file), passwordOf('alice'));
      expect(code).toBe(5);
      expect(String(error['code'])).toMatch(/^certificate-/);
      expect(await server.administration.listUsers()).toMatchObject([{ devices: 0 }]);
    },
  );

  it('over a certificate of the authority that was named: 0', async () => {
    const ca = await createTestCa();
    const { chain, key } = await ca.issue({ hosts: ['localhost', '127.0.0.1'] });
    const server = await nativeServer(['alice'], { tls: { certificate: chain, key } });
    const home = new Home();
    const file = join(home.folder, 'ca.pem');
    writeFileSync(file, ca.certificate);
    const { code } = await home.run(add(server.url, '--ca', file), { stdin: passwordOf('alice') });
    expect(code).toBe(0);
  });

  it('too often: 6', async () => {
    const server = await nativeServer(['alice'], {
      signInRates: { pair: { burst: 2, interval: 60_000 } },
    });
    const home = new Home();
    let code: number | null = 4;
    for (let attempt = 0; attempt < 4 && code === 4; attempt += 1)
      ({ code } = await home.run(add(server.url), { stdin: 'wrong password' }));
    expect(code).toBe(6);
  });

  it.each(['xmpp', 'irc'])('at a port of %s that cannot be: 2', async (network) => {
    const argv = [
      'account',
      'add',
      network,
      'me@localhost',
      '--server',
      'localhost:99999',
      '--password-stdin',
    ];
    const { code, error } = await expectRefusal(new Home(), argv, 'secret');
    expect([code, error['code']]).toEqual([2, 'invalid']);
  });

  it('needs a password, and does not ask without a terminal: 2', async () => {
    const server = await nativeServer(['alice']);
    const argv = add(server.url).filter((word) => word !== '--password-stdin');
    const { code, stderr } = await expectRefusal(new Home(), argv, '');
    expect(code).toBe(2);
    expect(stderr).toContain('--password-stdin');
  });
});

describe('names', () => {
  it('of nobody: 1', async () => {
    const server = await nativeServer(['alice']);
    const alice = await homeOf('alice', server);
    for (const argv of [
      ['send', 'nobody', 'hi'],
      ['history', 'nobody'],
      ['contact', 'accept', 'nobody'],
      ['account', 'show', 'nobody'],
      ['person', 'link', 'nobody', 'noone'],
    ]) {
      const result = await alice.run([...argv, '--json']);
      expect([argv[0], result.code, errorOf(result)['code']]).toEqual([argv[0], 1, 'not-found']);
    }
  });
});

describe('sending', () => {
  it('while the server is away: kept, exit code 7, and sent when it is back', async () => {
    const dataDirectory = temporaryFolder();
    const server = await nativeServer(['alice', 'bob'], { dataDirectory });
    const { alice, bob } = await friends(server);
    // Or his client, which comes back as well, might have told by then that it got the message.
    await bob.lines('daemon', '--stop');
    await server.close();
    await until(async () => (await alice.lines('account', 'list'))[0]?.['state'] === 'waiting');
    const { code, lines } = await alice.run(['send', 'bob', 'later', '--json', '--timeout', '1']);
    expect([code, lines[0]?.['delivery']]).toEqual([7, 'queued']);
    expect(await alice.lines('outbox', 'list')).toMatchObject([
      { action: 'send', state: 'queued', text: 'later' },
    ]);
    expect((await alice.run(['send', 'bob', 'never', '--wait', 'queued'])).code).toBe(0);
    const never = (await alice.lines('outbox', 'list')).find(({ text }) => text === 'never');
    expect(await alice.lines('outbox', 'cancel', String(never?.['id']))).toMatchObject([
      { state: 'cancelled' },
    ]);
    await nativeServer([], { dataDirectory, port: server.port });
    await alice.lines('account', 'enable', 'native');
    await until(async () => (await alice.lines('outbox', 'list')).length === 0);
    expect(await alice.lines('history', 'bob')).toMatchObject([
      { text: 'later', delivery: 'sent' },
      { text: 'never', delivery: 'failed' },
    ]);
  });
});

describe('interrupting', () => {
  it('ends with 130 and says nothing', async () => {
    const home = new Home();
    const watching = home.start(['watch']);
    await until(async () => (await home.run(['daemon', '--status'])).code === 0);
    await until(async () => Number((await home.lines('daemon', '--status'))[0]?.['frontEnds']) > 1);
    watching.kill('SIGINT');
    expect(await ended(watching)).toMatchObject({ code: 130, stdout: '', stderr: '' });
  });

  it('leaves a message that is in the outbox there, and says how it is given up', async () => {
    const server = await nativeServer(['alice', 'bob'], { name: 'chat.test' });
    const { alice } = await friends(server);
    await server.close();
    await until(async () => (await alice.lines('account', 'list'))[0]?.['state'] === 'waiting');
    const sending = alice.start(['send', 'bob', 'hi', '--timeout', '60']);
    await until(async () => (await alice.lines('outbox', 'list')).length === 1);
    sending.kill('SIGINT');
    const { code, stderr } = await ended(sending);
    const [operation] = await alice.lines('outbox', 'list');
    const id = String(operation?.['id']);
    expect([code, stderr]).toEqual([
      130,
      `natter: the message goes on in the background; natter outbox cancel ${id} gives it up\n`,
    ]);
    expect((await alice.run(['outbox', 'cancel', id])).code).toBe(0);
  });

  it('a reader that has had enough is no error', async () => {
    const server = await nativeServer(['alice', 'bob']);
    const { alice } = await friends(server);
    const history = alice.start(['contacts', '--json']);
    history.stdout?.destroy();
    const { code, stderr } = await ended(history);
    expect([code, stderr]).toEqual([0, '']);
  });
});

describe('a broken store', () => {
  it('is told with its file, and left as it is', async () => {
    const server = await nativeServer(['alice']);
    const alice = await homeOf('alice', server);
    await alice.lines('daemon', '--stop');
    const file = join(alice.folder, 'home/data/natter.db');
    const damaged = readFileSync(file);
    damaged.fill(0x55, 0, 100);
    writeFileSync(file, damaged);
    for (const argv of [['contacts'], ['account', 'list'], ['account', 'list', '--no-daemon']]) {
      const { code, stdout, stderr } = await alice.run(argv);
      expect([argv, code, stdout]).toEqual([argv, 1, '']);
      expect(stderr).toContain(file);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    }
    expect(readFileSync(file).equals(damaged)).toBe(true);
    const checks = (await alice.run(['doctor', '--json'])).lines;
    expect(checks.filter(({ ok }) => ok === false)).toMatchObject([{ name: 'store' }]);
  });

  it.runIf(process.platform === 'linux')('cannot be made everywhere, and says so at once', async () => {
    const nowhere = { NATTER_HOME: '/proc/natter' };
    const { code, stderr } = await new Home().run(['account', 'list'], { environment: nowhere });
    expect([code, stderr]).toEqual([1, expect.stringContaining('/proc/natter')]);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
