import { expect, it } from 'vitest';
import { Home, errorOf } from './support/cli.ts';
import { nativeServer } from './support/network.ts';

it('registers by an invitation, which is good once', async () => {
  const server = await nativeServer([], { name: 'chat.test', registration: 'invite' });
  const { code } = await server.administration.invite();
  const given = ['--password-stdin', '--json'];
  const register = (home: Home, user: string, ...more: string[]) =>
    home.run(
      [
        'account',
        'add',
        'native',
        `${user}@chat.test`,
        '--server',
        server.url,
        '--register',
        ...given,
        ...more,
      ],
      { stdin: 'a long password\n' },
    );
  const [alice, mallory] = [new Home(), new Home()];
  const without = await register(alice, 'alice');
  expect(without.code).not.toBe(0);
  expect(await register(alice, 'alice', '--set', `invite=${code}`)).toMatchObject({
    code: 0,
    lines: [{ type: 'account', address: 'alice@chat.test', state: 'online' }],
  });
  const again = await register(mallory, 'mallory', '--set', `invite=${code}`);
  expect(again.code).not.toBe(0);
  expect(errorOf(again)).toMatchObject({ type: 'error' });
  expect(await mallory.lines('account', 'list')).toEqual([]);
});
