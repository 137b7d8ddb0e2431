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
