import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
