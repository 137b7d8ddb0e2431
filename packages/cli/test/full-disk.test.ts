import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Home } from './support/cli.ts';
import { nativeServer, passwordOf, temporaryFolder, until } from './support/network.ts';

/** A home on a disk of its own of 8 MiB; `null` where one may not mount. */
function homeOnSmallDisk(): Home | null {
  const home = new Home();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=0700', 'tmpfs', home.folder], {
      stdio: 'pipe',
    });
  } catch {
    return null;
  }
  // Before the home is removed.
  onTestFinished(async () => {
    await home.run(['daemon', '--stop']);
    execFileSync('umount', ['--lazy', home.folder]);
  });
  return home;
}

it('a full disk is named by every command, loses nothing, and is forgotten when there is room', async (context) => {
  const alice = homeOnSmallDisk();
  if (alice === null) return context.skip('mounting a disk of its own needs root');
  const server = await nativeServer(['alice', 'bob'], { name: 'chat.test' });
  const address = ['native', 'alice@chat.test', '--server', server.url, '--password-stdin'];
  const signedIn = await alice.run(['account', 'add', ...address], { stdin: passwordOf('alice') });
  expect(signedIn.code).toBe(0);
  await alice.lines('send', 'bob@chat.test', 'before');
  const menu = join(temporaryFolder(), 'menu.pdf');
  writeFileSync(menu, Buffer.alloc(2_000_000));
  const filler = join(alice.folder, 'filler');
  const fill = (): void => {
    rmSync(filler, { force: true });
    const { bavail, bsize } = statfsSync(alice.folder);
    writeFileSync(filler, Buffer.alloc(bavail * bsize));
  };
  const expectNamed = async (...argv: string[]): Promise<void> => {
    const { code, stdout, stderr } = await alice.run(argv);
    expect([argv[0], code, stdout]).toEqual([argv[0], 1, '']);
    expect(stderr).toMatch(
      /^natter: no space left to write \S+: free some space; nothing was half stored\n$/,
    );
  };
  fill();
  // Through a daemon that runs, and through one that cannot even start.
  await expectNamed('send', 'bob@chat.test', 'x'.repeat(10_000));
  await expectNamed('send', 'bob@chat.test', '--file', menu);
  await alice.run(['daemon', '--stop']);
  fill();
  await expectNamed('account', 'list');
  await expectNamed('account', 'list', '--no-daemon');
  rmSync(filler);
  expect(readdirSync(join(alice.folder, 'home/data')).filter((name) => name.endsWith('.new'))).toEqual([]);
  await until(async () => (await alice.lines('account', 'list'))[0]?.['state'] === 'online');
  await alice.lines('send', 'bob@chat.test', 'after');
  expect((await alice.lines('history', 'bob@chat.test')).map(({ text }) => text)).toEqual([
    'before',
    'after',
  ]);
});
