import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { Home, nextLine } from './support/cli.ts';
import { passwordOf, until } from './support/network.ts';

describe('a server of the command', () => {
  it('runs, is administered beside, and ends on a signal', async () => {
    const home = new Home();
    const data = ['--data', `${home.folder}/server`];
    const running = home.start(['server', 'run', '--listen', '127.0.0.1:0', '--json', ...data]);
    const { url } = await nextLine(running, ({ type }) => type === 'server');
    const added = await home.run(['server', 'user', 'add', 'dave', '--password-stdin', '--json', ...data], {
      stdin: passwordOf('dave'),
    });
    expect(added.lines).toMatchObject([{ v: 1, type: 'user', address: 'dave@localhost' }]);
    expect(
      (
        await home.run(['server', 'user', 'add', 'dave', '--password-stdin', ...data], {
          stdin: passwordOf('dave'),
        })
      ).code,
    ).toBe(1);
    // Nobody is asked for a password of an account that cannot be.
    const refused = async (name: string): Promise<string> =>
      (await home.run(['server', 'user', 'add', name, ...data])).stderr;
    expect(await refused('dave')).toBe("natter: an account 'dave' exists already\n");
    expect(await refused('d e')).toMatch(/^natter: 'd e' cannot be a user name/);
    expect((await home.run(['server', 'user', 'passwd', 'nobody', ...data])).stderr).toBe(
      "natter: there is no account 'nobody'\n",
    );
    await home.run(
      ['account', 'add', 'native', 'dave@localhost', '--server', String(url), '--password-stdin'],
      { stdin: passwordOf('dave') },
    );
    expect(await home.lines('server', 'user', 'list', ...data)).toMatchObject([
      { address: 'dave@localhost', devices: 1 },
    ]);
    await home.lines('server', 'user', 'suspend', 'dave', '--reason', 'test', ...data);
    expect((await home.run(['server', 'user', 'list', ...data])).stdout).toBe(
      'dave@localhost  suspended: test  1 device\n',
    );
    await until(async () => (await home.lines('account', 'list'))[0]?.['state'] !== 'online');
    expect(await home.lines('server', 'user', 'invite', ...data)).toMatchObject([{ type: 'invitation' }]);
    running.kill('SIGINT');
    const code = await new Promise((resolve) => running.once('exit', resolve));
    expect(code).toBe(0);
  });

  it('takes its settings from a file, and has a door for the administrator', async () => {
    const home = new Home();
    const folder = `${home.folder}/server`;
    mkdirSync(folder);
    writeFileSync(`${folder}/server.toml`, 'listen = "127.0.0.1:0"\nname = "chat.example"\n');
    const running = home.start(['server', 'run', '--json', '--data', folder]);
    let log = '';
    running.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const { url, name, administration } = await nextLine(running, ({ type }) => type === 'server');
    expect(name).toBe('chat.example');
    const metrics = await (await fetch(`${String(administration)}/metrics`)).text();
    expect(metrics).toContain('natter_connections 0');
    const token = readFileSync(`${folder}/admin-token`, 'utf8').trim();
    const headers = { authorization: `Bearer ${token}` };
    const body = JSON.stringify({ user: 'erin', password: passwordOf('erin') });
    expect(
      (await fetch(`${String(administration)}/v1/users`, { method: 'POST', headers, body })).status,
    ).toBe(200);
    await home.run(
      ['account', 'add', 'native', 'erin@chat.example', '--server', String(url), '--password-stdin'],
      { stdin: passwordOf('erin') },
    );
    const data = ['--data', folder];
    const [device] = await home.lines('server', 'user', 'devices', 'erin', ...data);
    await home.lines('server', 'user', 'sign-out', 'erin', String(device?.['device']), ...data);
    expect(await home.lines('server', 'user', 'devices', 'erin', ...data)).toEqual([]);
    const [made] = await home.lines('server', 'user', 'invite', ...data);
    const code = String(made?.['code']);
    const [invitation] = await home.lines('server', 'user', 'invitations', ...data);
    expect(invitation).toMatchObject({ state: 'open' });
    await home.lines('server', 'user', 'revoke', String(invitation?.['id']), ...data);
    expect(await home.lines('server', 'user', 'invitations', ...data)).toEqual([]);
    await home.lines('server', 'user', 'delete', 'erin', ...data);
    expect(await home.lines('server', 'user', 'list', ...data)).toEqual([]);
    running.kill('SIGTERM');
    const [exit] = (await once(running, 'close')) as [number];
    expect(exit).toBe(0);
    for (const secret of [passwordOf('erin'), token, code]) expect(log).not.toContain(secret);
    const events = log
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { event?: string }).event);
    expect(events).toEqual(expect.arrayContaining(['listening', 'signed-in', 'draining']));
  });

  it('is backed up while it runs, checked, and restored', async () => {
    const home = new Home();
    const folder = `${home.folder}/server`;
    const data = ['--data', folder];
    const running = home.start(['server', 'run', '--listen', '127.0.0.1:0', '--json', ...data]);
    await nextLine(running, ({ type }) => type === 'server');
    await home.run(['server', 'user', 'add', 'erin', '--password-stdin', ...data], {
      stdin: passwordOf('erin'),
    });
    const backup = `${home.folder}/backup`;
    expect(await home.lines('server', 'backup', backup, ...data)).toEqual([
      { v: 1, type: 'backup', path: backup, files: 0 },
    ]);
    expect(await home.lines('server', 'check', ...data)).toMatchObject([{ type: 'check', problems: [] }]);
    const over = await home.run(['server', 'restore', backup, ...data]);
    expect([over.code, over.stderr]).toMatchObject([1, /is there already/]);
    running.kill('SIGTERM');
    await once(running, 'close');

    const other = ['--data', `${home.folder}/other`];
    expect(await home.lines('server', 'restore', backup, ...other)).toMatchObject([{ type: 'restored' }]);
    expect(await home.lines('server', 'user', 'list', ...other)).toMatchObject([
      { address: 'erin@localhost' },
    ]);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    expect(
      await home.lines('server', 'user', 'suspend', 'erin', '--until', until, '--reason', 'rest', ...other),
    ).toMatchObject([{ standing: { state: 'suspended', until: Date.parse(until), reason: 'rest' } }]);
    expect(
      (await home.run(['server', 'user', 'suspend', 'erin', '--until', '2020-01-01', ...other])).code,
    ).toBe(2);
    await home.lines('server', 'user', 'resume', 'erin', ...other);
    const [invitation] = await home.lines('server', 'user', 'invite', '--days', '1', ...other);
    expect(Date.parse(String(invitation?.['expiresAt'])) - Date.now()).toBeLessThan(25 * 3_600_000);
    // Damage is found.
    const file = `${home.folder}/other/server.db`;
    const bytes = readFileSync(file);
    bytes.fill(0x5a, 8192, 12_288);
    writeFileSync(file, bytes);
    const damaged = await home.run(['server', 'check', ...other]);
    expect(damaged.code).toBe(1);
    expect((await home.run(['server', 'check', '--data', `${home.folder}/nowhere`])).stderr).toContain(
      'there are no data of a natter server',
    );
  });

  it.each([
    ['a folder that is a file', 'file'],
    ['a port in use', 'port'],
    ['a certificate that cannot be read', 'certificate'],
    ['a database of a newer version', 'newer'],
    ['a database of an older version that is not what it says', 'older'],
    ['a database that is none', 'garbage'],
    ['a setting that is none', 'setting'],
  ])('that is given %s says so in one line and touches nothing', async (_name, kind) => {
    const home = new Home();
    const folder = `${home.folder}/server`;
    let args: readonly string[] = ['--listen', '127.0.0.1:0'];
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    if (kind === 'file') writeFileSync(folder, 'mine');
    if (kind === 'port') args = ['--listen', `127.0.0.1:${(other.address() as AddressInfo).port}`];
    if (kind === 'certificate') args = [...args, '--tls-cert', '/nowhere/cert', '--tls-key', '/nowhere/key'];
    if (kind === 'setting') args = [...args, '--registration', 'perhaps'];
    if (kind === 'newer' || kind === 'older') {
      await home.lines('server', 'user', 'list', '--data', folder);
      const database = new DatabaseSync(`${folder}/server.db`);
      database.exec(`PRAGMA user_version = ${kind === 'newer' ? 99 : 1}`);
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      database.close();
    }
    if (kind === 'garbage') {
      mkdirSync(folder);
      writeFileSync(`${folder}/server.db`, 'x'.repeat(5000));
    }
    const look = (): unknown =>
      existsSync(folder) &&
      (statSync(folder).isFile()
        ? readFileSync(folder, 'utf8')
        : readdirSync(folder)
            .filter((name) => name === 'server.db')
            .map((name) => [name, readFileSync(`${folder}/${name}`, 'latin1')]));
    const before = look();
    const { code, stdout, stderr } = await home.run(['server', 'run', ...args, '--data', folder]);
    other.close();
    expect([1, 2]).toContain(code);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^natter: [^\n]+\n$/u);
    expect(look()).toEqual(before);
  });

  it('refuses to serve other machines without encryption', async () => {
    const home = new Home();
    const { code, stderr } = await home.run([
      'server',
      'run',
      '--listen',
      '0.0.0.0:0',
      '--data',
      `${home.folder}/server`,
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('--allow-insecure');
  });
});
